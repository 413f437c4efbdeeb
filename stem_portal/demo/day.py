"""What teachers answered after their visits."""

from __future__ import annotations

from random import Random

from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.visit_days.choices import Rating
from programs.visit_days.models import VisitFeedback

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
