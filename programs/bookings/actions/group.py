"""What a school says of its group: its size, through the seat guard; the names on its list; its needs."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from programs.accounts.models import User
from programs.bookings import policy
from programs.bookings.actions import guard
from programs.bookings.models import Booking, RosterEntry
from programs.bookings.queries import class_of, listed
from programs.bookings.rules.booking import needs_refusal, roster_refusal
from programs.core.audit import record
from programs.core.policy import must
from programs.core.refusals import refuse_if
from programs.core.versions import refuse_if_stale


# --- Names ---------------------------------------------------------------------------------------
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
    foreign = wanted - before - class_of(booking)
    refuse_if(roster_refusal(booking, named=len(wanted), foreign=len(foreign)))
    if wanted == before:
        return booking
    refuse_if_stale(version, stored)
    booking.roster.filter(pupil_id__in=before - wanted).delete()
    RosterEntry.objects.bulk_create(RosterEntry(booking=booking, pupil_id=pk) for pk in sorted(wanted - before))
    record(by=by, action="booking.roster", obj=booking, before={"named": len(before)}, after={"named": len(wanted)})
    return booking


# --- Access and medical needs --------------------------------------------------------------------
@transaction.atomic
def tell_needs(*, booking_id: int, needs: str, version: str, by: User) -> Booking:
    """Set the access and medical needs of a group. The audit log says that they changed, never what they are.

    Raises ``Refused`` once the group has come or comes no more, or when the needs are not those that were read at
    ``version``, and PermissionDenied for all but its leader. The same again changes nothing.
    """
    booking = guard.lock_booking(booking_id=booking_id)
    must(policy.may_write_needs(by, booking))
    refuse_if(needs_refusal(booking))
    if booking.needs == needs:
        return booking
    refuse_if_stale(version, {"needs": booking.needs})
    booking.needs = needs
    booking.save(update_fields=["needs"])
    record(by=by, action="booking.needs", obj=booking)
    return booking
