"""The organiser prepares a competition, opens it, moves its dates and closes it; entrants are told."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.competitions.choices import CompetitionState
from programs.competitions.hooks import Telling, tell_entrants
from programs.competitions.models import Competition, RuleSet
from programs.competitions.policy import may_run_competitions
from programs.competitions.rules import (
    closing_refusal,
    code_refusal,
    dates_refusal,
    opening_refusal,
    wording_refusal,
)
from programs.core.audit import Code, record
from programs.core.idempotency import once
from programs.core.locking import locked
from programs.core.models import SchoolYear
from programs.core.policy import must
from programs.core.refusals import refuse_if
from programs.core.text import slugify_vi
from programs.core.versions import refuse_if_stale


@transaction.atomic
@once("competition.create", returns=Competition)
def create_competition(
    *,
    code: str,
    rule_set: RuleSet,
    school_year: SchoolYear,
    opens_at: datetime,
    closes_at: datetime,
    held_on: date | None = None,
    words: dict[str, str],
    by: User,
    key: str,
) -> Competition:
    """Prepare a competition; nobody but the department sees it until it is opened.

    Raises PermissionDenied, and ``Refused``: ``code_taken``, ``ends_before``.
    """
    must(may_run_competitions(by))
    refuse_if(code_refusal(code, set(Competition.objects.values_list("code", flat=True))))
    slug = slugify_vi(f"{words['name']} {code}")[-80:].strip("-")
    competition = Competition(
        code=code, slug=slug, rule_set=rule_set, school_year=school_year, opens_at=opens_at, closes_at=closes_at,
        held_on=held_on,
        **words,
    )  # fmt: skip
    refuse_if(dates_refusal(competition, opens_at, closes_at, now=timezone.now()))
    competition.save(force_insert=True)
    after = {"code": Code(code), "rules": Code(rule_set.code), "version": rule_set.version} | competition.dates
    record(by=by, action="competition.create", obj=competition, after=after)
    return competition


@transaction.atomic
def change_words(*, competition_id: int, words: dict[str, str], version: str, by: User) -> Competition:
    """The same again changes nothing. Raises PermissionDenied, and ``Refused``: ``wrong_state``,
    ``changed_meanwhile``."""
    competition = _locked(competition_id, by=by)
    refuse_if(wording_refusal(competition))
    before = competition.filled_in
    if changed := [name for name, value in words.items() if before[name] != value]:
        refuse_if_stale(version, before)
        for name in changed:
            setattr(competition, name, words[name])
        competition.save(update_fields=changed)
        record(by=by, action="competition.change", obj=competition, after={"changed": changed})
    return competition


@transaction.atomic
def change_dates(
    *,
    competition_id: int,
    opens_at: datetime,
    closes_at: datetime,
    held_on: date | None = None,
    reason: str,
    version: str,
    by: User,
) -> Competition:
    """Everybody who has entered is told. The same again changes nothing.

    Raises PermissionDenied, and ``Refused``: ``wrong_state``, ``ends_before``, ``only_later``, ``opened``,
    ``changed_meanwhile``.
    """
    competition = _locked(competition_id, by=by)
    before = competition.dates
    if before == {"opens_at": opens_at, "closes_at": closes_at, "held_on": held_on}:
        return competition
    refuse_if_stale(version, before)
    refuse_if(dates_refusal(competition, opens_at, closes_at, now=timezone.now()))
    competition.opens_at, competition.closes_at, competition.held_on = opens_at, closes_at, held_on
    competition.save(update_fields=["opens_at", "closes_at", "held_on"])
    record(by=by, action="competition.dates", obj=competition, before=before, after=competition.dates, reason=reason)
    if competition.state != CompetitionState.DRAFT:
        tell_entrants(competition, Telling.DATES, reason=reason)
    return competition


@transaction.atomic
def open_competition(*, competition_id: int, by: User) -> Competition:
    """Raises PermissionDenied, and ``Refused``: ``wrong_state``, ``rules_draft``, ``past``."""
    competition = _locked(competition_id, by=by)
    refuse_if(opening_refusal(competition, now=timezone.now()))
    again = competition.state == CompetitionState.CLOSED
    _move(competition, CompetitionState.OPEN, by=by, action="competition.open")
    if again:
        tell_entrants(competition, Telling.OPENED, reason="")
    return competition


@transaction.atomic
def close_competition(*, competition_id: int, reason: str, by: User) -> Competition:
    """Nothing is submitted any more, whatever the deadline says. Raises PermissionDenied, and
    ``Refused("wrong_state")``."""
    competition = _locked(competition_id, by=by)
    refuse_if(closing_refusal(competition))
    _move(competition, CompetitionState.CLOSED, by=by, action="competition.close", reason=reason)
    tell_entrants(competition, Telling.CLOSED, reason=reason)
    return competition


def _move(competition: Competition, state: str, *, by: User, action: str, reason: str = "") -> None:
    before, competition.state = competition.state, state
    competition.save(update_fields=["state"])
    record(by=by, action=action, obj=competition, before={"state": before}, after={"state": state}, reason=reason)


def _locked(competition_id: int, *, by: User) -> Competition:
    must(may_run_competitions(by))
    return locked(Competition.objects.select_related("rule_set", "school_year"), pk=competition_id)
