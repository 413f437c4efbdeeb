"""Four questions to the teacher after the visit."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation

from programs.accounts.models import User
from programs.bookings import policy
from programs.bookings.actions import guard
from programs.bookings.models import Booking
from programs.core.audit import record
from programs.core.refusals import refuse_if
from programs.notices.actions import write_message
from programs.schools.queries.roles import roles_of
from programs.visit_days.models import VisitFeedback
from programs.visit_days.rules import feedback_refusal


def ask_for_feedback(*, booking: Booking) -> None:
    """Ask the leader of a group that came, once, in the transaction that closes its session."""
    leader = booking.leader
    with translation.override(leader.language):
        link = reverse("booking_feedback", args=[booking.reference])
    write_message(
        kind="visit_feedback",
        to=leader,
        dedupe_key=f"visit_feedback:{booking.pk}",
        context={
            "booking": booking,
            "session": booking.session,
            "trip": booking.session.field_trip,
            "centre": booking.session.field_trip.centre,
        },
        link=link,
    )


def give_feedback(
    *, booking_id: int, content: int, welcome: int, pupils_liked: int, comment: str, by: User
) -> VisitFeedback:
    """Keep the answers of a group; answering again replaces them."""
    now = timezone.now()
    with transaction.atomic():
        booking = guard.lock_booking(booking_id=booking_id)
        if not policy.can_manage_booking(
            roles_of(by), user_id=by.pk, leader_id=booking.leader_id, school=booking.school
        ):
            raise PermissionDenied
        ended_at = booking.ended_at or booking.session.ends_at
        refuse_if(feedback_refusal(state=booking.state, now=now, ended_at=ended_at))
        answers = {"content": content, "welcome": welcome, "pupils_liked": pupils_liked, "comment": comment}
        feedback, is_new = VisitFeedback.objects.update_or_create(booking=booking, defaults=answers | {"by": by})
        if is_new:
            record(by=by, action="booking.feedback", obj=booking, before={}, after={})
    return feedback
