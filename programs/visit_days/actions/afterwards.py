"""Who led a group that came unannounced, and which class it was."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.bookings.actions import guard
from programs.bookings.choices import BookingState
from programs.bookings.emails import tell_leader
from programs.bookings.models import Booking
from programs.core.audit import record
from programs.core.policy import must
from programs.core.refusals import refuse_if
from programs.core.versions import refuse_if_stale
from programs.pupils.models import ClassGroup
from programs.visit_days import rules
from programs.visit_days.actions.feedback import ask_for_feedback
from programs.visit_days.policy import may_name_teacher
from programs.visit_days.queries.unannounced import class_is_here_as, classes_on_day, led_by, works_at


@transaction.atomic
def name_teacher(
    *, booking_id: int, email: str, class_group: ClassGroup | None = None, version: str, by: User
) -> Booking:
    """Write who led a group that came unannounced, and its class where nobody said it at the door.

    The teacher is told, and answers the questions after the visit from now on. The same again changes nothing.
    Raises PermissionDenied, and ``Refused``: what ``teacher_refusal`` says, and ``changed_meanwhile``.
    """
    booking = guard.lock_booking(booking_id=booking_id)
    must(may_name_teacher(by, booking))
    teacher, stored = works_at(booking.school, email), led_by(booking)
    class_group = booking.class_group or class_group
    here = "" if booking.class_group else class_is_here_as(booking.session, class_group)
    refuse_if(rules.teacher_refusal(booking, of_school=teacher is not None, class_is_here_as=here))
    must(class_group is None or classes_on_day(booking.school, booking.session).filter(pk=class_group.pk).exists())
    if teacher is None or (teacher, class_group) == (booking.leader, booking.class_group):
        return booking
    refuse_if_stale(version, stored)
    before = {"leader": booking.leader_id, "class": booking.class_group_id}
    booking.leader, booking.class_group = teacher, class_group
    booking.save(update_fields=["leader", "class_group"])
    after = {"leader": booking.leader_id, "class": booking.class_group_id}
    record(by=by, action="booking.teacher", obj=booking, before=before, after=after)
    if teacher != by:
        occasion = f"{teacher.pk}"
        tell_leader(kind="group_let_in", booking=booking, now=timezone.now(), with_calendar=False, occasion=occasion)
    if booking.state == BookingState.CLOSED:
        ask_for_feedback(booking=booking)
    return booking
