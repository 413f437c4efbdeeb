"""The way to the draws for those who run them, and which of them wait for somebody."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.ballots import queries
from programs.ballots.choices import BallotState
from programs.ballots.models import Ballot
from programs.ballots.policy import may_run, may_see_ballots
from programs.core.desk import DeskLink, DeskTask

ROWS = 4


def links(user) -> list[DeskLink]:
    return [DeskLink(_("Ballots"), reverse("ballot_list"), weight=18)] if may_see_ballots(user) else []


def tasks(user) -> list[DeskTask]:
    """Digits to enter or to confirm, results to send."""
    if not may_see_ballots(user):
        return []
    today = timezone.localdate()
    waiting = queries.ballots_visible_to(user).filter(state__in=(BallotState.CLOSED, BallotState.DRAWN))
    waiting = waiting.exclude(state=BallotState.CLOSED, source_date__gt=today)
    mine = [ballot for ballot in waiting.order_by("closes_at") if may_run(user, ballot)]
    return [_task(ballot) for ballot in mine[:ROWS] if ballot.digits_by_id != user.pk or not _undrawn(ballot)]


def _undrawn(ballot: Ballot) -> bool:
    return ballot.state == BallotState.CLOSED


def _task(ballot: Ballot) -> DeskTask:
    if not _undrawn(ballot):
        title, detail = _("Send the results of ballot {reference}"), _("It is drawn; schools are waiting.")
    elif ballot.digits:
        title, detail = (
            _("Confirm the digits of ballot {reference}"),
            _("A second person reads the source, then it is drawn."),
        )
    else:
        title, detail = _("Enter the digits of ballot {reference}"), _("The day of its source has come.")
    return DeskTask(
        title=title.format(reference=ballot.reference),
        detail=detail,
        url=reverse("ballot_run", args=[ballot.reference]),
        action=_("Open the ballot"),
        weight=12,
    )
