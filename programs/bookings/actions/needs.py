"""Access and medical needs the host must prepare for: written by the leader, read by the centre."""

from __future__ import annotations

from django.db import transaction

from programs.accounts.models import User
from programs.bookings import policy
from programs.bookings.actions import guard
from programs.bookings.models import Booking
from programs.bookings.rules import booking as booking_rules
from programs.core.audit import record
from programs.core.policy import must
from programs.core.refusals import refuse_if
from programs.core.versions import refuse_if_stale


@transaction.atomic
def tell_needs(*, booking_id: int, needs: str, version: str, by: User) -> Booking:
    """Set the access and medical needs of a group. The audit log says that they changed, never what they are.

    Raises ``Refused`` once the group has come or comes no more, or when the needs are not those that were read at
    ``version``, and PermissionDenied for all but its leader. The same again changes nothing.
    """
    booking = guard.lock_booking(booking_id=booking_id)
    must(policy.may_write_needs(by, booking))
    refuse_if(booking_rules.needs_refusal(booking))
    if booking.needs == needs:
        return booking
    refuse_if_stale(version, {"needs": booking.needs})
    booking.needs = needs
    booking.save(update_fields=["needs"])
    record(by=by, action="booking.needs", obj=booking)
    return booking
