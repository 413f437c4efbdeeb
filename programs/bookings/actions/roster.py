"""The list of participants."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from programs.accounts.models import User
from programs.bookings import policy
from programs.bookings.actions import guard
from programs.bookings.models import Booking, RosterEntry
from programs.bookings.queries.bookings import listed
from programs.bookings.rules.booking import roster_refusal
from programs.core.audit import record
from programs.core.policy import must
from programs.core.refusals import refuse_if
from programs.core.versions import refuse_if_stale
from programs.pupils.queries import pupils_of_class


@transaction.atomic
def set_roster(*, booking_id: int, pupils: Collection[int], version: str, by: User) -> Booking:
    """Set the list of participants to exactly these ``pupils``, by their numbers, all of the booking's class.

    Raises PermissionDenied, and ``Refused``: ``roster_fixed``, ``foreign_pupil``, ``too_many_names``,
    ``changed_meanwhile``.
    """
    booking = guard.lock_booking(booking_id=booking_id)
    must(policy.may_manage(by, booking))
    stored = listed(booking)
    wanted, before = set(pupils), set(stored.get("pupils", ()))
    foreign = wanted - before - set(pupils_of_class(booking.class_group).values_list("pk", flat=True))
    refuse_if(roster_refusal(booking, named=len(wanted), foreign=len(foreign)))
    if wanted == before:
        return booking
    refuse_if_stale(version, stored)
    booking.roster.filter(pupil_id__in=before - wanted).delete()
    RosterEntry.objects.bulk_create(RosterEntry(booking=booking, pupil_id=pk) for pk in sorted(wanted - before))
    record(by=by, action="booking.roster", obj=booking, before={"named": len(before)}, after={"named": len(wanted)})
    return booking
