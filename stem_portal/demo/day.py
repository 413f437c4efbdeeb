"""What two people at a door noted of one group, and what teachers answered after their visits."""

from __future__ import annotations

import uuid
from datetime import timedelta
from random import Random

from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.visit_days.choices import MarkKind, Rating
from programs.visit_days.models import CheckInMark, VisitFeedback

COMMENTS = [
    "Các em rất thích phần tự lắp ráp. Mong có thêm thời gian thực hành.",
    "Hướng dẫn viên nhiệt tình, dễ hiểu. Nên gửi trước phiếu học tập để lớp chuẩn bị.",
    "Lối vào cho em dùng xe lăn rất thuận tiện, cảm ơn trung tâm.",
    "Lớp hơi đông so với số bộ dụng cụ; nên chia hai nhóm.",
]


def build_feedback(*, random: Random) -> None:
    """Two of five teachers answer, most of them kindly, some in words."""
    rows = []
    for booking in Booking.objects.filter(state=BookingState.CLOSED).order_by("pk"):
        if random.random() > 0.4:
            continue
        ratings = random.choices([Rating.LITTLE, Rating.MOSTLY, Rating.FULLY], weights=[1, 5, 9], k=3)
        rows.append(
            VisitFeedback(
                booking=booking,
                content=ratings[0],
                welcome=ratings[1],
                pupils_liked=ratings[2],
                comment=random.choice(COMMENTS) if random.random() < 0.25 else "",
                by_id=booking.leader_id,
            )
        )
    VisitFeedback.objects.bulk_create(rows, batch_size=500)


def build_dispute() -> None:
    """The group that came to a session that is still open: two phones counted it, and the second counted one fewer.

    Nobody has decided yet, so the door and the check-in page show both.
    """
    booking = Booking.objects.filter(state=BookingState.ATTENDED).order_by("-session__starts_at", "pk").first()
    if booking is None:
        return
    came = list(booking.roster.filter(attended=True).order_by("pupil").values_list("pupil", flat=True))
    staff = list(booking.session.field_trip.centre.staff.filter(ended_on__isnull=True).order_by("pk"))
    for number, fewer in enumerate((0, 1) if staff else ()):
        present = came[: len(came) - fewer]
        pupils = booking.arrived_pupils - fewer
        CheckInMark.objects.create(
            mark_id=uuid.UUID(int=booking.pk * 10 + number, version=4),
            booking=booking,
            device=f"demo-{number}",
            kind=MarkKind.NAMES if came else MarkKind.FIGURES,
            made_at=booking.checked_in_at + timedelta(minutes=2 * number),
            by_id=staff[number % len(staff)].user_id,
            payload={
                "pupils": pupils,
                "girls": min(booking.arrived_girls, pupils),
                "adults": booking.arrived_adults,
                "present": present,
                "replaces": [],
            },
        )
