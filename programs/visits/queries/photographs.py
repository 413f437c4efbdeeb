"""The photographs of a visit: only those in which everybody still agrees to be seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from programs.schools.choices import ConsentPurpose
from programs.schools.models import Pupil
from programs.schools.queries.consents import publishing_allowed
from programs.visits.models import Booking, RosterEntry, VisitPhotograph
from programs.visits.queries.visibility import bookings_visible_to


@dataclass(frozen=True)
class Faces:
    """The pupils of a group who came: whom a photograph may show, and whom not."""

    agreed: list[Pupil]
    hidden: list[Pupil]


def faces_of(booking: Booking) -> Faces:
    entries = RosterEntry.objects.filter(booking=booking).exclude(attended=False).select_related("pupil")
    pupils = [entry.pupil for entry in entries.order_by("pupil__sort_key", "pk")]
    agreed = _agreed({pupil.pk for pupil in pupils})
    return Faces(
        agreed=[pupil for pupil in pupils if pupil.pk in agreed],
        hidden=[pupil for pupil in pupils if pupil.pk not in agreed],
    )


def _agreed(pupil_ids: set[int]) -> set[int]:
    return publishing_allowed(pupil_ids, ConsentPurpose.PHOTO) if pupil_ids else set()


def photographs_of(booking: Booking) -> list[VisitPhotograph]:
    """What may be shown of ``booking`` now; three queries, however many photographs."""
    return _shown(booking.photographs.prefetch_related("pupils"))


def photograph_shown_to(user, pk: int) -> VisitPhotograph | None:
    """The photograph if ``user`` sees its booking and everybody in it still agrees; asked at every showing."""
    seen = VisitPhotograph.objects.filter(pk=pk, booking__in=bookings_visible_to(user).order_by().values("pk"))
    return next(iter(_shown(seen.prefetch_related("pupils"))), None)


def _shown(photographs: Iterable[VisitPhotograph]) -> list[VisitPhotograph]:
    photographs = list(photographs)
    faces = {each.pk: {pupil.pk for pupil in each.pupils.all()} for each in photographs}
    agreed = _agreed(set().union(*faces.values()))
    return [each for each in photographs if faces[each.pk] <= agreed]
