"""Four questions to the teacher after the visit."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation

from programs.accounts.models import User
from programs.bookings.actions import guard
from programs.bookings.models import Booking
from programs.core.audit import record
from programs.core.policy import must
from programs.core.refusals import refuse_if
from programs.core.versions import refuse_if_stale
from programs.notices.actions import write_message
from programs.visit_days.models import VisitFeedback
from programs.visit_days.policy import may_give_feedback
from programs.visit_days.queries.day import feedback_of
from programs.visit_days.queries.unannounced import has_teacher
from programs.visit_days.rules import feedback_refusal


def ask_for_feedback(*, booking: Booking) -> None:
    """Ask the leader of a group that came, once, in the transaction that closes its session.

    The centre does not ask itself: a group without a known teacher is asked once somebody has named one.
    """
    if not has_teacher(booking):
        return
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


@transaction.atomic
def give_feedback(
    *, booking_id: int, content: int, welcome: int, pupils_liked: int, comment: str, version: str, by: User
) -> Booking:
    """Keep the answers of a group; answering again replaces them, the same again changes nothing.

    Raises PermissionDenied, and ``Refused``: ``no_feedback_now``, and ``changed_meanwhile`` when the answers are not
    those that were read at ``version``.
    """
    booking = guard.lock_booking(booking_id=booking_id)
    must(may_give_feedback(by, booking))
    refuse_if(feedback_refusal(booking, now=timezone.now()))
    answers = {"content": content, "welcome": welcome, "pupils_liked": pupils_liked, "comment": comment}
    stored = feedback_of(booking)
    if answers == stored:
        return booking
    refuse_if_stale(version, stored)
    VisitFeedback.objects.update_or_create(booking=booking, defaults=answers | {"by": by})
    if not stored:
        record(by=by, action="booking.feedback", obj=booking)
    return booking
