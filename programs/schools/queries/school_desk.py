"""What one school's page shows besides its staff and classes."""

from __future__ import annotations

from dataclasses import dataclass, field

from programs.schools.choices import OPEN_REQUESTS, SCHOOL_MOVES, SchoolState
from programs.schools.models import DataRequest, Membership, Pupil, School, SchoolAlias, SchoolName

KEPT_LATER = 20  # ended roles shown


@dataclass(frozen=True)
class Past:
    """What the school was: former names, old codes, schools that became part of it, roles that ended."""

    names: list[SchoolName] = field(default_factory=list)
    codes: list[SchoolAlias] = field(default_factory=list)
    schools: list[School] = field(default_factory=list)
    staff: list[Membership] = field(default_factory=list)

    @property
    def is_known(self) -> bool:
        return bool(self.names or self.codes or self.schools or self.staff)


def past_of(school: School, *, with_people: bool) -> Past:
    ended = Membership.objects.filter(school=school, ended_on__isnull=False).select_related("user")
    return Past(
        names=list(school.former_names.all()),
        codes=list(school.aliases.order_by("code")),
        schools=list(school.merged_from.order_by("-ended_on", "sort_key")),
        staff=list(ended.order_by("-ended_on", "-pk")[:KEPT_LATER]) if with_people else [],
    )


def pupils_on_roll(school: School) -> int:
    return Pupil.objects.filter(school=school, left_on__isnull=True).count()


def possible_moves(school: School) -> list[str]:
    """States into which the school may go from its present one by an officer's act."""
    return [state for state in SCHOOL_MOVES[SchoolState(school.state)] if state not in (SchoolState.CLAIMED,)]


def open_data_requests(school: School) -> list[DataRequest]:
    return list(DataRequest.objects.filter(school=school, state__in=OPEN_REQUESTS).order_by("due_on", "pk"))
