"""A ballot on its way: opened with terms, entered with wishes, closed, drawn by two people, sent."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from programs.accounts.models import User
from programs.ballots.actions import entries, results, running
from programs.ballots.models import Ballot, BallotEntry
from programs.ballots.rules.fair import FACTORS
from programs.ballots.rules.steps import Terms
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking, Group
from programs.centres.choices import BookingMode
from programs.centres.models import Season, Session
from programs.core.refusals import Refused
from programs.core.versions import version_of
from programs.timetables.actions import sessions as changes
from tests.centres.make import book, local, make_centre, make_group, make_session, make_trip, move_session
from tests.people import make_class, make_officer, make_school, make_teacher, make_year

PHONE = "+84912345678"
SOURCE = "Giải đặc biệt xổ số kiến thiết TP. Hồ Chí Minh"
DIGITS = "481516"


def terms(closes_at: datetime | None = None, **fields) -> Terms:
    closes_at = closes_at or local(3, 17)
    day = timezone.localtime(closes_at).date() + timedelta(days=1)
    usual = {"closes_at": closes_at, "source": SOURCE, "source_date": day, "digit_count": 6, "factors": FACTORS}
    return Terms(**usual | fields)


def time_is_over(ballot: Ballot) -> Ballot:
    """Entries have closed, and it is the day of the source."""
    past = timezone.now() - timedelta(minutes=1)
    Ballot.objects.filter(pk=ballot.pk).update(closes_at=past, source_date=timezone.localdate())
    return Ballot.objects.get(pk=ballot.pk)


def two_people() -> tuple[User, User]:
    """Who enters the digits, and who confirms them: both of the department."""
    first, second = (
        User.objects.filter(full_name=name).first() or make_officer(name) for name in ("Đỗ Minh Nhất", "Lý Thị Nhì")
    )
    return first, second


def close(ballot: Ballot) -> Ballot:
    time_is_over(ballot)
    return running.close_ballot(ballot_id=ballot.pk, by=None)


def draw(ballot: Ballot, digits: str = DIGITS) -> Ballot:
    """One person enters the digits, another confirms them."""
    first, second = two_people()
    running.enter_digits(ballot_id=ballot.pk, digits=digits, by=first)
    return running.draw_ballot(ballot_id=ballot.pk, digits=digits, by=second)


def send(ballot: Ballot) -> Ballot:
    """As the worker does."""
    results.start_sending(ballot_id=ballot.pk, by=two_people()[0])
    results.send_results(ballot_id=ballot.pk)
    return Ballot.objects.get(pk=ballot.pk)


# --- The same in the world of a centre with two schools ------------------------------------------
def make_season(**fields) -> Season:
    now = timezone.now()
    values = {"opens_at": now - timedelta(days=1), "closes_at": now + timedelta(days=90), "bookings_per_school": 2}
    year = make_year(timezone.localdate())
    return Season.objects.create(
        code="HK2", name="Học kỳ II", school_year=year, mode=BookingMode.BALLOT, **values | fields
    )


def opened(world, **fields) -> Ballot:
    values = {"season": world.season, "terms": terms(), "by": world.huy, "key": "mo"}
    return running.open_ballot(**values | fields)


def group(class_group, pupils: int = 30, **fields) -> Group:
    return make_group(class_group, pupils=pupils, **fields)


def enter(
    ballot, sessions, class_group, by, *, pupils: int = 30, wait_if_lost: bool = False, key: str = "", **fields
) -> BallotEntry:
    """``sessions`` are the wishes of the class, or its only one."""
    wishes = [each.pk for each in (sessions if isinstance(sessions, list) else [sessions])]
    return entries.enter_ballot(
        ballot_id=ballot.pk,
        wishes=wishes,
        group=group(class_group, pupils, **fields),
        wait_if_lost=wait_if_lost,
        by=by,
        key=key or f"{wishes}-{class_group.pk}",
    )


def change(entry: BallotEntry, changed: Group, by) -> BallotEntry:
    """As the page does that was opened just now."""
    entry = BallotEntry.objects.get(pk=entry.pk)
    version = version_of(entry.said)
    return entries.change_entry(entry_id=entry.pk, wishes=entry.wished, group=changed, version=version, by=by)


def schools_enter(ballot, session, count: int, **fields) -> list[BallotEntry]:
    found = []
    for number in range(count):
        school = make_school(f"Trường THCS số {number}")
        staff = school.memberships.first()
        teacher = staff.user if staff else make_teacher(f"Nguyễn Thị {number}", school=school)
        class_group = make_class(f"8A{session.pk}", school=school)
        found.append(enter(ballot, session, class_group, teacher, **fields))
    return found


def closed(world, ballot: Ballot) -> Ballot:
    time_is_over(ballot)
    return running.close_ballot(ballot_id=ballot.pk, by=world.huy)


def drawn(world, ballot: Ballot) -> Ballot:
    closed(world, ballot)
    return draw(ballot)


def sent(world, ballot: Ballot) -> Ballot:
    drawn(world, ballot)
    return send(ballot)


def refusal(act) -> tuple[str, str | None]:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.refusal.code, caught.value.refusal.field


def outcomes(ballot: Ballot) -> dict[int, tuple[str, str]]:
    return {each.number: (each.outcome, each.reason) for each in ballot.entries.all()}


def visit(class_group, by, *, pupils: int, days_ago: int) -> None:
    """The class came so many days ago."""
    session = make_session(trip=make_trip(centre=make_centre("Trung tâm Bến Cát")), starts_at=local(10), capacity=60)
    booking = book(session, class_group, by, pupils=min(pupils, 40), adults=2)
    Booking.objects.filter(pk=booking.pk).update(state=BookingState.CLOSED, arrived_pupils=pupils)
    move_session(session, local(-days_ago))


OTHER_DAY = local(21)


def change_session(world, session: Session, what: str, *, to: datetime = OTHER_DAY) -> None:
    """As the manager of the centre does on the page of the session."""
    session = Session.objects.get(pk=session.pk)
    if what == "capacity":
        version = version_of({"capacity": session.capacity})
        changes.change_capacity(session_id=session.pk, capacity=20, version=version, by=world.nga)
    elif what == "move":
        version = version_of(session.place)
        how = {"session_id": session.pk, "room": session.room, "version": version, "by": world.nga}
        changes.move_session(starts_at=to, **how)
    else:
        changes.cancel_session(session_id=session.pk, reason="Mất điện", by=world.nga)
