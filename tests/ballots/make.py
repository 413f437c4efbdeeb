"""A ballot on its way: opened with terms, entered with wishes, closed, drawn by two people, sent."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from programs.accounts.models import User
from programs.ballots.actions import results, running
from programs.ballots.models import Ballot
from programs.ballots.rules.fair import FACTORS
from programs.ballots.rules.steps import Terms
from tests.centres.make import local
from tests.people import make_officer

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
