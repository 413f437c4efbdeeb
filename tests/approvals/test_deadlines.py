"""Deadlines that people can keep: by day, outside Tết, never without a warning, and with time after an outage."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from django.utils import timezone

from programs.approvals.actions.deadlines import keep_deadlines
from programs.approvals.models import BookingApproval
from programs.approvals.rules.group import count_locks_at
from programs.approvals.rules.papers import grace_ends
from programs.authorities.choices import ApprovalState, Office
from programs.authorities.queries import answer_by, end_of_working_day
from programs.bookings.actions.booking import cancel_booking
from programs.bookings.actions.waiting import accept_offer
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.bookings.rules.booking import papers_due
from programs.centres.models import Centre, FieldTrip, RequiredPaper, Session
from programs.centres.rules import offer_ends
from programs.core.calendar import WorkingDays, at, due_once_warned
from programs.core.models import Holiday
from programs.notices.models import Message
from programs.pupils.queries import pupils_of_class
from programs.visit_days.rules import reopen_until
from tests.centres.make import approve, book, make_session, move_session, seats_add_up, waiting
from tests.people import give_consent, make_principal

pytestmark = pytest.mark.django_db
S = BookingState


def on(day: int, month: int, clock: str, year: int = 2027) -> datetime:
    return timezone.make_aware(datetime.combine(date(year, month, day), time.fromisoformat(clock)))


def text_of(when: datetime) -> str:
    return f"{timezone.localtime(when):%d/%m %H:%M}"


TET = {date(2027, 2, 1) + timedelta(days=offset) for offset in range(11)}
TRIP = FieldTrip(centre=Centre(confirm_days=3, offer_hours=48, reopen_days=7, count_locks_days=2))


def session_on(starts_at: datetime) -> Session:
    return Session(field_trip=TRIP, starts_at=starts_at)


# --- The rules alone ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("starts_at", "now", "due"),
    [
        (on(15, 1, "08:00"), on(4, 1, "09:00"), "12/01 17:00"),  # a Friday: Tuesday
        (on(18, 1, "08:00"), on(4, 1, "09:00"), "13/01 17:00"),  # a Monday: three working days before
        (on(15, 2, "08:00"), on(18, 1, "09:00"), "28/01 17:00"),  # the Monday after Tết
        (on(15, 1, "08:00"), on(12, 1, "16:30"), "14/01 17:00"),  # half an hour is not enough
        (on(15, 1, "08:00"), on(14, 1, "23:58"), "15/01 08:00"),  # the evening before: until it begins
    ],
)
def test_papers_are_due_at_the_end_of_a_working_day(starts_at, now, due):
    assert text_of(papers_due(session_on(starts_at), days=WorkingDays(TET), now=now)) == due


@pytest.mark.parametrize(
    ("starts_at", "now", "ends"),
    [
        (on(15, 3, "08:00"), on(29, 1, "10:00"), "15/02 10:00"),  # Tết does not count
        (on(15, 1, "08:00"), on(14, 1, "19:30"), None),  # it would end at 1:45
        (on(15, 1, "08:00"), on(14, 1, "14:00"), "14/01 20:00"),
        (on(18, 1, "08:00"), on(15, 1, "15:00"), "16/01 20:00"),  # the weekend counts where no time is left
        (on(12, 2, "10:00"), on(10, 2, "10:00"), None),  # the first day after Tết
    ],
)
def test_an_offer_ends_by_day_and_leaves_time_to_answer(starts_at, now, ends):
    found = offer_ends(session_on(starts_at), days=WorkingDays(TET), now=now)
    assert (text_of(found) if found else None) == ends


@pytest.mark.parametrize(
    ("warned", "due"),
    [
        ("10/01 17:05", "12/01 17:00"),  # two days before, as always
        ("11/01 23:00", "12/01 17:00"),  # late, with more than half a day left
        ("12/01 12:00", "13/01 12:00"),  # a day from the warning
        ("13/01 01:00", "14/01 09:00"),  # long after it: and never at night
        ("14/01 20:30", "15/01 08:00"),  # the session begins
    ],
)
def test_who_is_warned_late_has_time_from_the_warning(warned, due):
    now = timezone.make_aware(datetime.strptime(f"2027/{warned}", "%Y/%d/%m %H:%M"))  # noqa: DTZ007
    terms = {"since": on(4, 1, "09:00"), "due": on(12, 1, "17:00"), "last": on(15, 1, "08:00")}
    assert text_of(due_once_warned(**terms, days=WorkingDays(set()), now=now)) == due


@pytest.mark.parametrize(
    ("starts_at", "fixed"),
    [
        (on(15, 1, "08:00"), "13/01 08:00"),  # a Friday: Wednesday
        (on(18, 1, "08:00"), "15/01 17:00"),  # a Monday: not on Saturday
        (on(13, 2, "08:00"), "29/01 17:00"),  # two days after Tết: on the last Friday before
        (on(15, 1, "06:30"), "12/01 17:00"),  # nobody is there at half past six
    ],
)
def test_a_head_count_is_fixed_on_a_working_day(starts_at, fixed):
    assert text_of(count_locks_at(session_on(starts_at), days=WorkingDays(TET))) == fixed


def test_a_centre_that_fixes_no_count_early_takes_it_as_the_session_begins():
    trip = FieldTrip(centre=Centre(count_locks_days=0))
    session = Session(field_trip=trip, starts_at=on(16, 1, "08:00"))  # a Saturday
    assert count_locks_at(session, days=WorkingDays(TET)) == session.starts_at


def in_daylight(moment: datetime) -> bool:
    local = timezone.localtime(moment)
    return time(7) <= local.time() <= time(20) and local.date() not in TET


def moments() -> Iterator[datetime]:
    """Every five hours of two months with Tết in the middle: every hour of the day comes up."""
    moment = on(4, 1, "00:30")
    while moment < on(6, 3, "00:00"):
        yield moment
        moment += timedelta(hours=5)


def sessions_after(now: datetime) -> Iterator[Session]:
    """Sessions of the next five weeks, in the morning and in the evening; none within Tết."""
    for ahead in (1, 2, 3, 5, 8, 13, 21, 34):
        for clock in (time(7, 30), time(18)):
            starts_at = at(timezone.localdate(now) + timedelta(days=ahead), clock)
            if starts_at.date() not in TET:
                closes_at = max(starts_at - timedelta(days=1), now)
                yield Session(field_trip=TRIP, starts_at=starts_at, ends_at=starts_at, booking_closes_at=closes_at)


def test_every_deadline_is_inside_daylight_and_outside_tet(settings):
    """Whoever books, is asked, offered places, warned or given grace, at whatever hour."""
    Holiday.objects.create(name="Tết Nguyên đán", starts_on=min(TET), ends_on=max(TET))
    days = WorkingDays(TET)
    for now in moments():
        asked = [answer_by(office, now=now) for office in (Office.PRINCIPAL, Office.COORDINATOR, Office.WARD)]
        grace = end_of_working_day(now, settings.JURISDICTION["approval_days"]["grace"])
        found = [moment for moment in (*asked, grace) if moment]
        assert len(found) == 4
        for session in sessions_after(now):
            due = papers_due(session, days=days, now=now)
            for warned in (now, due, due + timedelta(hours=9)):
                since = now - timedelta(days=3)
                last = session.starts_at
                found.append(due_once_warned(since=since, due=due, last=last, days=days, now=min(warned, last)))
            found += [due, grace_ends(session, end=grace, days=days, now=now)]
            found += [moment for moment in [offer_ends(session, days=days, now=now)] if moment]
            session.closed_at = session.starts_at + timedelta(hours=now.hour)
            found.append(reopen_until(session, days=days))
            found.append(count_locks_at(session, days=days))
            assert days.works(timezone.localdate(found[-1]))
        assert [text_of(moment) for moment in found if not in_daylight(moment)] == [], text_of(now)


# --- Through the night job ----------------------------------------------------------------------
@pytest.fixture
def group(world):
    """8A1 has places on Friday 15 January 2027; its papers are due on Tuesday. A class of 20 waits."""
    with time_machine.travel(on(4, 1, "09:00"), tick=False):
        move_session(world.session, on(15, 1, "08:00"))
        Session.objects.update(booking_opens_at=on(1, 1, "07:00"))
        world.booking = book(world.session, world.class_8a1, world.hanh, pupils=30)
        [world.next] = waiting(world.session, 20)
    return world


def run_at(now: datetime) -> dict[str, int]:
    with time_machine.travel(now, tick=False):
        return keep_deadlines()


def test_a_worker_that_was_off_over_the_deadline_warns_first(group):
    """From Sunday to Wednesday night nothing ran; the deadline was on Tuesday."""
    first = run_at(on(13, 1, "00:59"))
    assert (first["warned"], first["lapsed"]) == (1, 0)
    group.booking.refresh_from_db()
    assert (group.booking.state, text_of(group.booking.papers_due_at)) == (S.PAPERS_DUE, "14/01 09:00")
    letter = Message.objects.get(kind="booking_papers_due", recipient=group.hanh)
    assert "14/01/2027" in letter.body_text and not Message.objects.filter(kind="booking_lapsed").exists()
    assert run_at(on(14, 1, "08:55"))["lapsed"] == 0
    assert (run_at(on(14, 1, "09:01"))["lapsed"], run_at(on(14, 1, "09:02"))["lapsed"]) == (1, 0)
    assert seats_add_up(group.session)


def test_booked_two_minutes_before_midnight_nothing_lapses_at_midnight(world):
    with time_machine.travel(on(4, 1, "23:58"), tick=False):
        tomorrow = make_session(trip=world.session.field_trip, starts_at=on(5, 1, "14:00"))
        Session.objects.filter(pk=tomorrow.pk).update(booking_closes_at=tomorrow.starts_at)
        booking = book(tomorrow, world.class_8a1, world.hanh, pupils=30)
    for clock in ("00:00", "07:30", "13:59"):
        assert run_at(on(5, 1, clock))["lapsed"] == 0
    booking.refresh_from_db()
    assert booking.papers_due_at == tomorrow.starts_at and booking.is_live


def test_nothing_is_due_within_tet_and_no_offer_ends_in_it(group):
    Holiday.objects.create(name="Tết Nguyên đán", starts_on=date(2027, 2, 1), ends_on=date(2027, 2, 11))
    with time_machine.travel(on(28, 1, "10:00"), tick=False):
        later = make_session(trip=group.session.field_trip, starts_at=on(3, 3, "08:00"))
        first = book(later, group.class_8a1, group.hanh, pupils=40)
        waits = book(later, group.lams_class, group.lam, pupils=20, wait_if_full=True)
        cancel_booking(booking_id=first.pk, reason="Trùng lịch", by=group.hanh)
        waits.refresh_from_db()
        assert text_of(waits.offer_expires_at) == "12/02 10:00"
    assert run_at(on(6, 2, "10:00"))["offers_ended"] == 0


# --- Offers -------------------------------------------------------------------------------------
@pytest.fixture
def offered(group):
    with time_machine.travel(on(4, 1, "10:00"), tick=False):
        cancel_booking(booking_id=group.booking.pk, reason="Trùng lịch", by=group.hanh)
    group.next.refresh_from_db()
    assert (group.next.state, text_of(group.next.offer_expires_at)) == (S.OFFERED, "06/01 10:00")
    return group


def test_an_offer_is_reminded_of_before_it_ends(offered):
    assert run_at(on(5, 1, "10:01"))["warned"] == 1
    letter = Message.objects.get(kind="booking_offer_ends")
    assert letter.recipient == offered.next.leader and "06/01/2027" in letter.body_text
    assert run_at(on(5, 1, "10:06"))["warned"] == 0
    assert run_at(on(6, 1, "10:01"))["offers_ended"] == 1


def test_an_offer_that_nobody_was_reminded_of_does_not_end_after_an_outage(offered):
    late = run_at(on(7, 1, "10:00"))
    assert (late["warned"], late["offers_ended"]) == (1, 0)
    offered.next.refresh_from_db()
    assert text_of(offered.next.offer_expires_at) == "08/01 10:00"
    with time_machine.travel(on(8, 1, "09:00"), tick=False):
        accepted = accept_offer(booking_id=offered.next.pk, by=offered.next.leader)
    assert accepted.warned_at is None  # its papers have a warning of their own
    assert run_at(on(12, 1, "10:00"))["warned"] == 1


# --- Words --------------------------------------------------------------------------------------
def lapsed_letter(world, now: datetime) -> str:
    assert run_at(on(10, 1, "18:00"))["warned"] == 1
    assert run_at(now)["lapsed"] == 1
    return Message.objects.get(kind="booking_lapsed", recipient=world.hanh).body_text


def test_the_papers_are_named_only_where_papers_were_missing(group):
    RequiredPaper.objects.create(field_trip=group.session.field_trip, kind="plan")
    letter = lapsed_letter(group, on(12, 1, "17:01"))
    assert "Hồ sơ không hoàn tất" in letter and "đoàn kế tiếp" in letter


def test_who_only_waited_for_an_approval_reads_whose(group):
    make_principal("Thầy Phúc", school=group.booking.school)
    Booking.objects.filter(pk=group.next.pk).update(state=S.CANCELLED_BY_SCHOOL)
    give_consent(*pupils_of_class(group.class_8a1))
    run_at(on(5, 1, "09:00"))
    assert BookingApproval.objects.filter(state=ApprovalState.ASKED).exists()
    letter = lapsed_letter(group, on(12, 1, "17:01"))
    # The principal was silent for the days that an approval may take, so the coordinator was asked after him.
    assert "Đầu mối nhà trường" in letter and "Hồ sơ không hoàn tất" not in letter
    assert "đoàn kế tiếp" not in letter


def test_who_only_had_to_press_confirm_reads_that(group):
    principal = make_principal("Thầy Phúc", school=group.booking.school)
    give_consent(*pupils_of_class(group.class_8a1))
    with time_machine.travel(on(5, 1, "09:00"), tick=False):
        approve(group.booking, principal)
    assert "chưa xác nhận chuyến đi" in lapsed_letter(group, on(12, 1, "17:01"))
