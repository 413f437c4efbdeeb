"""The list of participants."""

from __future__ import annotations

from collections.abc import Collection

from django.core.exceptions import PermissionDenied
from django.db import transaction

from programs.accounts.models import User
from programs.bookings import policy
from programs.bookings.actions import guard
from programs.bookings.models import Booking, RosterEntry
from programs.bookings.rules import booking as booking_rules
from programs.core.audit import record
from programs.core.refusals import refuse_if
from programs.pupils.queries import pupils_of_class
from programs.schools.queries.roles import roles_of


def set_roster(*, booking_id: int, pupil_ids: Collection[int], by: User) -> Booking:
    """Set the list of participants to exactly ``pupil_ids``, pupils of the booking's class."""
    wanted = set(pupil_ids)
    with transaction.atomic():
        booking = guard.lock_booking(booking_id=booking_id)
        roles = roles_of(by)
        if not policy.can_manage_booking(roles, user_id=by.pk, leader_id=booking.leader_id, school=booking.school):
            raise PermissionDenied
        of_class = set(pupils_of_class(booking.class_group).values_list("pk", flat=True))
        listed = set(booking.roster.values_list("pupil_id", flat=True))
        foreign = len(wanted - of_class - listed)
        refuse_if(
            booking_rules.roster_refusal(state=booking.state, named=len(wanted), foreign=foreign, pupils=booking.pupils)
        )
        if wanted == listed:
            return booking
        booking.roster.filter(pupil_id__in=listed - wanted).delete()
        RosterEntry.objects.bulk_create(
            [RosterEntry(booking=booking, pupil_id=pupil_id) for pupil_id in sorted(wanted - listed)]
        )
        record(by=by, action="booking.roster", obj=booking, before={"named": len(listed)}, after={"named": len(wanted)})
    return booking
