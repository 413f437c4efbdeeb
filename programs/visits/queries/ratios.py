"""How many pupils one adult may accompany: data of the field trip, by level."""

from __future__ import annotations

from django.db.models import OuterRef, QuerySet, Subquery

from programs.core.choices import Level, level_of_grade
from programs.visits.models import AdultRatio, FieldTrip, Session

LEVELS = (Level.PRIMARY, Level.LOWER_SECONDARY, Level.UPPER_SECONDARY)


def with_ratios(sessions: QuerySet[Session]) -> QuerySet[Session]:
    """``sessions`` with the trip's ratio of each level, so that a rush asks for them in the same statement."""
    rows = AdultRatio.objects.filter(field_trip=OuterRef("field_trip"))
    columns = {f"ratio_{level}": rows.filter(level=level).values("pupils_per_adult")[:1] for level in LEVELS}
    return sessions.annotate(**{name: Subquery(found) for name, found in columns.items()})


def ratio_of_session(session: Session, grade: int) -> int:
    """Pupils per adult in a session, without a further question where it came ``with_ratios``."""
    column = f"ratio_{level_of_grade(grade)}"
    if not hasattr(session, column):
        return pupils_per_adult(session.field_trip, grade)
    return getattr(session, column) or session.field_trip.pupils_per_adult


def ratios_of(trip: FieldTrip) -> dict[Level, int]:
    """Pupils per adult of each level of the trip."""
    own = dict(AdultRatio.objects.filter(field_trip=trip.pk).values_list("level", "pupils_per_adult"))
    return {level: own.get(level, trip.pupils_per_adult) for level in trip.levels}


def shown_ratios(trip: FieldTrip) -> list[tuple[str, int]]:
    """The same for a reader: each with the name of its level, or one without a name that holds for all."""
    ratios = ratios_of(trip)
    if len(set(ratios.values())) == 1:
        return [("", next(iter(ratios.values())))]
    return [(level.label, ratio) for level, ratio in ratios.items()]


def pupils_per_adult(trip: FieldTrip, grade: int) -> int:
    """How many pupils of this grade one adult may accompany on the trip."""
    return ratios_of(trip).get(level_of_grade(grade), trip.pupils_per_adult)
