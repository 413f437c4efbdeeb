"""What two people at a door noted of one group, what teachers answered, and what was put right after a day."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from random import Random

from programs.accounts.models import User
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.centres.choices import SessionState
from programs.centres.models import Session
from programs.core.calendar import working_days
from programs.pupils.choices import Gender
from programs.pupils.models import ClassGroup
from programs.schools.choices import WORKING_STATES
from programs.visit_days import rules
from programs.visit_days.actions.closing import reopen_session
from programs.visit_days.actions.unannounced import let_in
from programs.visit_days.choices import LateDecision, MarkKind, Rating
from programs.visit_days.models import CheckInMark, VisitFeedback
from stem_portal.demo import cast

LATE_GROUP = 8  # pupils

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


def build_undone(*, people: dict[str, User], now: datetime) -> None:
    """A session that was closed too early and is open again with a group without a booking; a check-in to decide on.

    Also a session that was closed while two phones said different things of a group, and a certificate of a pupil who,
    as it was put right later, had not come. Nothing in weeks without visits, such as a summer.
    """
    lately = _closed_lately(now)
    days = working_days(now, now)
    closed = [session for session in lately if rules.reopen_refusal(session, days=days, now=now) is None]
    roomy = [session for session in closed if session.seats_left >= LATE_GROUP]
    if roomy:
        _reopen(roomy[0], by=people["trung"])
    others = [session for session in lately if session not in roomy[:1]]
    held = [booking for each in others for booking in each.bookings.filter(state=BookingState.CLOSED).order_by("pk")]
    if held:
        _note_late(held[0], by=people["tram"])
    if len(held) > 1:
        _disagree(held[1])
    _correct_after_certificates()


def _correct_after_certificates() -> None:
    """One pupil of the last class that got its certificates was not there after all: somebody must decide."""
    here = Booking.objects.filter(session__field_trip__centre__code=cast.CENTRE, state=BookingState.CLOSED)
    booking = here.filter(certificates__isnull=False).order_by("-session__starts_at", "pk").first()
    if booking is None:
        return
    # Nobody of the cast: em Minh keeps his own.
    boys = booking.roster.filter(attended=True, pupil__user__isnull=True).exclude(pupil__gender=Gender.FEMALE)
    if boy := boys.order_by("-pk").first():
        booking.roster.filter(pk=boy.pk).update(attended=False)
        Booking.objects.filter(pk=booking.pk).update(arrived_pupils=booking.arrived_pupils - 1)


def _closed_lately(now: datetime) -> list[Session]:
    """The newest first, without the visits of the cast's classes."""
    here = Session.objects.filter(field_trip__centre__code=cast.CENTRE, state=SessionState.CLOSED, ends_at__lt=now)
    others = here.exclude(bookings__school__name__in=[cast.HOME_SCHOOL, cast.OTHER_SCHOOL])
    return list(others.select_related("field_trip__centre").order_by("-starts_at", "pk")[:20])


def _reopen(session: Session, *, by: User) -> None:
    reopen_session(session_id=session.pk, reason="Xe của đoàn đến sau khi đã chốt buổi.", by=by)
    trip = session.field_trip
    classes = ClassGroup.objects.filter(
        grade__range=(trip.grade_from, trip.grade_to),
        homeroom_teacher__isnull=False,
        school__state__in=WORKING_STATES,
        school_year__starts_on__lte=session.starts_at,
        school_year__ends_on__gte=session.starts_at,
    )
    others = classes.exclude(school__name__in=[cast.HOME_SCHOOL, cast.OTHER_SCHOOL])
    class_group = others.exclude(bookings__session=session).select_related("school", "homeroom_teacher").first()
    if class_group is None:
        return
    let_in(
        session_id=session.pk,
        school=class_group.school,
        class_group=class_group,
        pupils=LATE_GROUP,
        girls=LATE_GROUP // 2,
        adults=1,
        contact_phone="+84912000111",
        by=by,
        key="demo",
    )


def _note_late(booking: Booking, *, by: User) -> None:
    """The second phone at the door had counted one pupil more, and had no network until the evening."""
    seen = {"pupils": booking.arrived_pupils + 1, "girls": booking.arrived_girls, "adults": booking.arrived_adults}
    CheckInMark.objects.create(
        mark_id=uuid.uuid5(uuid.NAMESPACE_URL, booking.reference),
        booking=booking,
        device="demo",
        kind=MarkKind.FIGURES,
        payload=seen,
        made_at=booking.session.starts_at + timedelta(minutes=4),
        by=by,
        decision=LateDecision.WAITS,
    )


def build_dispute() -> None:
    """The group that came to a session that is still open: two phones counted it, and the second counted one fewer.

    Nobody has decided yet, so the door and the check-in page show both.
    """
    booking = Booking.objects.filter(state=BookingState.ATTENDED).order_by("-session__starts_at", "pk").first()
    if booking is not None:
        _disagree(booking)


def _disagree(booking: Booking) -> None:
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
