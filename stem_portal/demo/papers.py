"""Papers, approvals, offers and head counts of the demonstration: each state is there to be seen."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from programs.accounts.models import User
from programs.approvals.models import BookingApproval, BookingPaper
from programs.approvals.queries import count_fixed_at, risks_of
from programs.approvals.rules.papers import basis_of
from programs.authorities.choices import ApprovalKind, ApprovalState, AskedAgain
from programs.authorities.queries import answer_by, approvals_needed, whom_to_ask
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.bookings.rules.booking import papers_due
from programs.centres.choices import PaperKind
from programs.centres.models import AdultRatio, FieldTrip, RequiredPaper, Session
from programs.core.calendar import WORK_ENDS, at, working_days
from programs.core.choices import Level
from programs.pupils.models import ClassGroup
from programs.schools.choices import SchoolRole
from programs.schools.models import Membership
from stem_portal.demo import cast
from stem_portal.demo.visits import Bookings

S, A_WEEK = BookingState, timedelta(days=7)
BY_BUS = "NHA-MAY-THU-NHO"
PRIMARY_PER_ADULT = 10
TEXTS = {
    PaperKind.PLAN: "Mục tiêu: học sinh trải nghiệm quy trình thiết kế kĩ thuật gắn với bài học trên lớp.\n"
    "7:00 tập trung tại sân trường; 7:30 khởi hành; 8:00 bắt đầu buổi trải nghiệm; 11:00 về lại trường.\n"
    "Mỗi tổ có một giáo viên đi cùng; sau chuyến đi, các tổ trình bày sản phẩm trong giờ sinh hoạt lớp.",
    PaperKind.SAFETY: "Điểm danh ở ba thời điểm: lên xe, đến nơi, ra về. Mỗi nhóm 10 em có một người lớn phụ trách.\n"
    "Túi sơ cứu do nhân viên y tế trường mang theo; số điện thoại trạm y tế phường ghi trên thẻ của từng em.",
    PaperKind.TRANSPORT: "Hợp đồng số 12/HĐVC với đơn vị vận tải có giấy phép; xe 45 chỗ, kiểm định còn hạn.",
    PaperKind.INSURANCE: "Bảo hiểm chuyến đi cho toàn đoàn, hiệu lực trong ngày.",
}


def settle_trips() -> None:
    """What each trip asks for: a plan and a safety plan; by bus, the carrier and the insurance too."""
    FieldTrip.objects.filter(code=BY_BUS).update(needs_transport=True)
    wanted, ratios = [], []
    for trip in FieldTrip.objects.order_by("pk"):
        kinds = PaperKind if trip.needs_transport else (PaperKind.PLAN, PaperKind.SAFETY)
        wanted += [RequiredPaper(field_trip=trip, kind=kind) for kind in kinds]
        if Level.PRIMARY in trip.levels and Level.LOWER_SECONDARY in trip.levels:
            ratios.append(AdultRatio(field_trip=trip, level=Level.PRIMARY, pupils_per_adult=PRIMARY_PER_ADULT))
    RequiredPaper.objects.bulk_create(wanted)
    AdultRatio.objects.bulk_create(ratios)


def book_for_approval(*, bookings: Bookings, sessions: list[Session], now: datetime) -> None:
    """Two classes of the cast's school have places and wait: one for the principal, one for the ward."""
    classes = ClassGroup.objects.filter(school__name=cast.HOME_SCHOOL, homeroom_teacher__isnull=False)
    newest = classes.order_by("-school_year__starts_on").first().school_year_id
    groups = list(classes.filter(school_year=newest, grade__in=(7, 8)).exclude(name="8A1").order_by("name")[:2])
    away = [
        session
        for session in sorted(sessions, key=lambda each: each.starts_at)
        if session.starts_at > now + timedelta(days=10)
        and session.field_trip.grade_from <= 7
        and session.field_trip.grade_to >= 8
        and session.field_trip.centre.code != cast.CENTRE
        and not bookings.taken[session.pk]
    ]
    for group, session in zip(groups, away, strict=False):
        bookings.add(session, group, group.homeroom_teacher_id, S.HELD, 30)


def offer_places(*, bookings: Bookings, now: datetime) -> None:
    """A group of a full session cancelled; its places are kept for the first that waits."""
    for waiting in reversed(bookings.rows):
        if waiting.state != S.WAITLISTED or waiting.session.booking_closes_at < now + timedelta(days=2):
            continue
        if waiting.session.field_trip.centre.code == cast.CENTRE:
            continue
        leaves = next((each for each in bookings.rows if _may_leave(each, waiting)), None)
        if leaves:
            bookings.taken[waiting.session_id] += waiting.pupils - leaves.pupils
            leaves.state, leaves.seats, leaves.ended_at = S.CANCELLED_BY_SCHOOL, 0, now - timedelta(hours=3)
            leaves.confirmed_at, leaves.end_reason = None, "Trùng lịch kiểm tra giữa kỳ của trường."
            waiting.state, waiting.seats = S.OFFERED, waiting.pupils
            ends = working_days(now, now).add(now - timedelta(hours=3), timedelta(hours=48))
            waiting.offered_at, waiting.offer_expires_at = now - timedelta(hours=3), ends
            return


def _may_leave(booking: Booking, waiting: Booking) -> bool:
    same = booking.session_id == waiting.session_id and booking.state in {S.CONFIRMED, S.HELD}
    return same and booking.pupils >= waiting.pupils


def build_papers(*, people: dict[str, User], now: datetime) -> None:
    """After the bookings have their rows: papers, approvals, the girls and the fixed head counts."""
    coming = Booking.objects.filter(
        state__in=(S.HELD, S.PAPERS_DUE, S.CONFIRMED), session__starts_at__gt=now - timedelta(days=1)
    ).select_related("session__field_trip__centre__ward", "school__ward", "class_group", "leader")
    rows = list(coming.order_by("pk"))
    kinds_of = {trip.pk: [row.kind for row in trip.required_papers.all()] for trip in _trips()}
    heads = _heads({row.school_id for row in rows})
    papers: list[BookingPaper] = []
    approvals: list[BookingApproval] = []
    for place, booking in enumerate(rows):
        _count(booking, now)
        kinds = kinds_of[booking.session.field_trip_id]
        home = booking.school.name == cast.HOME_SCHOOL
        complete = booking.state == S.CONFIRMED or home or place % 2 == 0
        papers += _papers(booking, kinds if complete else kinds[:1], now)
        if complete:
            decided = _decided(booking, place, home=home)
            approvals += _approvals(booking, decided, heads.get(booking.school_id), people, now)
    Booking.objects.bulk_update(rows, ["girls", "adults", "confirmed_pupils", "confirmed_adults", "warned_at"])
    BookingPaper.objects.bulk_create(papers, batch_size=1000)
    BookingApproval.objects.bulk_create(approvals, batch_size=1000)
    _ask_again([row for row in rows if row.state == S.CONFIRMED and row.class_group.name != "8A1"], now)


def _ask_again(confirmed: list[Booking], now: datetime) -> None:
    """A group that grew waits for its renewed approval; one that was moved to another day waits in vain."""
    due = {row.pk: papers_due(row.session, days=working_days(now, row.session.starts_at), now=now) for row in confirmed}
    moved = next((row for row in confirmed if row.session.starts_at > now + timedelta(days=1)), None)
    grown = next((row for row in confirmed if row != moved and row.pupils > 12 and due[row.pk] > now + A_WEEK), None)
    if grown:
        grown.answers_due_at, grown.asked_again_at = due[grown.pk], now - timedelta(days=1)
        approved = {"asked_again": AskedAgain.GROUP, "pupils": grown.pupils - 4}
        grown.approvals.update(state=ApprovalState.ASKED, asked_at=grown.asked_again_at, **approved)
        grown.save(update_fields=["answers_due_at", "asked_again_at"])
    if moved:
        due = at(working_days(now, now).step(timezone.localdate(now), -1), WORK_ENDS)
        moved.answers_due_at = moved.grace_given_at = due
        moved.asked_again_at = moved.warned_at = due - timedelta(days=3)
        day = timezone.localdate(moved.session.starts_at) - timedelta(days=7)
        late = moved.approvals.exclude(kind=ApprovalKind.PRINCIPAL) or moved.approvals.all()
        late.update(state=ApprovalState.ASKED, asked_again=AskedAgain.DAY, visit_day=day, asked_at=moved.asked_again_at)
        moved.save(update_fields=["answers_due_at", "grace_given_at", "asked_again_at", "warned_at"])


def _trips():
    return FieldTrip.objects.prefetch_related("required_papers")


def _count(booking: Booking, now: datetime) -> None:
    """Girls as they are in most classes; a count that is fixed by now is what was booked."""
    booking.girls = round(booking.pupils * 0.49)
    if booking.class_group.grade <= 5 and booking.session.field_trip.grade_to > 5:
        booking.adults = -(-booking.pupils // PRIMARY_PER_ADULT)
    if booking.state == S.CONFIRMED and count_fixed_at(booking.session) <= now:
        booking.confirmed_pupils, booking.confirmed_adults = booking.pupils, booking.adults
    if booking.state == S.PAPERS_DUE:
        booking.warned_at = min(now, booking.papers_due_at or now) - timedelta(hours=6)


def _papers(booking: Booking, kinds: list[str], now: datetime) -> list[BookingPaper]:
    moment = min(now, booking.created_at + timedelta(days=1))
    return [
        BookingPaper(
            booking=booking, kind=kind, text=TEXTS[kind], handed_in_by_id=booking.leader_id, handed_in_at=moment
        )
        for kind in kinds
    ]


def _decided(booking: Booking, place: int, *, home: bool) -> int:
    """How many of the approvals are given: all of a confirmed visit, none or the first of the others in turn."""
    if booking.state == S.CONFIRMED:
        return 3
    return 1 if (booking.class_group.name[-1] != "1" if home else place % 4 == 0) else 0


def _approvals(
    booking: Booking, decided: int, head: int | None, people: dict[str, User], now: datetime
) -> list[BookingApproval]:
    moment = min(now, booking.created_at + timedelta(days=2))
    needed = approvals_needed(risks_of(booking))
    found = []
    for number, kind in enumerate(needed):
        given = number < decided
        if not given and number > 0 and decided == 0:  # the school's own head comes first
            break
        by = head if kind == ApprovalKind.PRINCIPAL else _officer(booking, people)
        asked = whom_to_ask(kind, booking.school)
        asked_at = moment if given else max(moment, now - timedelta(days=1))
        found.append(
            BookingApproval(
                booking=booking,
                kind=kind,
                state=ApprovalState.APPROVED if given else ApprovalState.ASKED,
                asked_of=asked.office,
                stands_in=asked.stands_in,
                asked_at=asked_at,
                answer_by=None if given else answer_by(asked.office, now=asked_at),
                **(basis_of(booking) if given else {}),
                decided_by_id=by if given else None,
                decided_at=moment if given else None,
            )
        )
    return found


def _officer(booking: Booking, people: dict[str, User]) -> int | None:
    """The ward's officer where it has one; else the department stands in."""
    return people["mai" if booking.school.ward.name == cast.HOME_WARD else "nam"].pk


def _heads(schools: set[int]) -> dict[int, int]:
    """Who answers for each school: the principal, or else the coordinator."""
    staff = Membership.objects.current().filter(
        school__in=schools, role__in=(SchoolRole.PRINCIPAL, SchoolRole.COORDINATOR)
    )
    # The coordinator first, so that a principal takes the place.
    return dict(staff.order_by("role").values_list("school_id", "user_id"))
