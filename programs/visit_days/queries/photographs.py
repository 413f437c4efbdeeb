"""The photographs of a visit: only those in which everybody still agrees to be seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from programs.bookings.models import Booking, RosterEntry
from programs.bookings.queries import seen_as
from programs.consents.choices import ConsentPurpose
from programs.consents.queries.in_force import publishing_allowed
from programs.core.queries import met_by_one
from programs.pupils.models import Pupil
from programs.visit_days.models import VisitPhotograph


def no_photo_of(pupil_ids: set[int]) -> set[int]:
    """Those who must not be photographed, nor be seen in a photograph: nobody agreed, or not any more."""
    return pupil_ids - publishing_allowed(pupil_ids, ConsentPurpose.PHOTO) if pupil_ids else set()


@dataclass(frozen=True)
class Faces:
    """The pupils of a group who came: whom a photograph may show, and whom not."""

    agreed: list[Pupil]
    hidden: list[Pupil]


def faces_of(booking: Booking) -> Faces:
    entries = RosterEntry.objects.filter(booking=booking).exclude(attended=False).select_related("pupil")
    pupils = [entry.pupil for entry in entries.order_by("pupil__sort_key", "pk")]
    hidden = no_photo_of({pupil.pk for pupil in pupils})
    return Faces(
        agreed=[pupil for pupil in pupils if pupil.pk not in hidden],
        hidden=[pupil for pupil in pupils if pupil.pk in hidden],
    )


def photographs_of(booking: Booking) -> list[VisitPhotograph]:
    """What may be shown of ``booking`` now; three queries, however many photographs."""
    return _shown(booking.photographs.prefetch_related("pupils"))


def photographs_visible_to(user) -> QuerySet[VisitPhotograph]:
    """Photographs of the visits ``user`` may see. Check ``is_shown`` every time before showing one."""
    seen = met_by_one(VisitPhotograph.objects.all(), *seen_as(user, "booking__"))
    return seen.select_related("booking__session__field_trip")


def is_shown(photograph: VisitPhotograph) -> bool:
    """Whether everybody in it agrees now."""
    return bool(_shown([photograph]))


def _shown(photographs: Iterable[VisitPhotograph]) -> list[VisitPhotograph]:
    photographs = list(photographs)
    faces = {each.pk: {pupil.pk for pupil in each.pupils.all()} for each in photographs}
    hidden = no_photo_of(set().union(*faces.values()))
    return [each for each in photographs if not faces[each.pk] & hidden]
