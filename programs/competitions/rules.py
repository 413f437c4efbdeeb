"""Whether a rule set may change or be published now, and whether a competition may be opened, moved or closed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.competitions.choices import COMPETITION_MOVES, AfterClosing, CompetitionState, Need, ProjectKind
from programs.competitions.models import Competition, Criterion, Round, RuleSet, Slot
from programs.core.refusals import Refusal

# The parts of a rule set whose place in the legal source can be named.
PARTS: dict[str, str | Promise] = {
    "who": gettext_lazy("who may enter"),
    "team": gettext_lazy("the team"),
    "time": gettext_lazy("months of work"),
    "fields": gettext_lazy("fields"),
    "school": gettext_lazy("projects per school"),
    "mentor": gettext_lazy("projects per mentor"),
    "documents": gettext_lazy("documents"),
    "judging": gettext_lazy("judging"),
}
MOVABLE = (CompetitionState.DRAFT, CompetitionState.OPEN, CompetitionState.CLOSED)


@dataclass(frozen=True)
class Contents:
    """A rule set with all its parts, as they were read."""

    rule_set: RuleSet
    slots: list[Slot]
    rounds: list[Round]
    criteria: dict[int, list[Criterion]] = field(default_factory=dict)  # by the round's number in the database


# --- Rule sets ----------------------------------------------------------------------------------
def draft_refusal(rule_set: RuleSet) -> Refusal | None:
    if not rule_set.is_draft:
        return Refusal(
            "published",
            _("This version is published and can no longer change. Begin a new version to change the rules."),
        )
    return None


def copy_refusal(drafts: Collection[RuleSet]) -> Refusal | None:
    """One draft at a time: two would each forget what the other changes."""
    if drafts:
        version = next(iter(drafts)).version
        return Refusal(
            "draft_exists", _("Version {version} is a draft already. Continue with that one.").format(version=version)
        )
    return None


def code_refusal(code: str, taken: Collection[str], *, field: str = "code") -> Refusal | None:
    if code in taken:
        return Refusal("code_taken", _("This is used already. Choose another."), field)
    return None


def publication_refusal(contents: Contents) -> Refusal | None:
    if found := gaps_in(contents):
        return Refusal("incomplete", _("Not ready to be published:") + " " + " ".join(found))
    return None


def gaps_in(contents: Contents) -> list[str]:
    """What a draft lacks before teams could enter under it; each a sentence."""
    rule_set = contents.rule_set
    wanted = [
        (rule_set.school_year_id, _("Name the school year from which the rules are valid.")),
        (rule_set.source, _("Name the legal source.")),
        (rule_set.pupils or rule_set.students, _("Nobody may enter: allow pupils, university students or both.")),
        (contents.slots, _("Add at least one document.")),
        (contents.rounds, _("Add at least one round.")),
    ]
    found = [words for there, words in wanted if not there]
    return [*found, *_gaps_in_documents(contents), *_gaps_in_rounds(contents)]


def _gaps_in_documents(contents: Contents) -> Iterator[str]:
    for slot in contents.slots:
        if not slot.kinds:
            yield _("Say what kind of file “{name}” is.").format(name=slot.local_name)
        if slot.need == Need.CONDITION and not slot.question:
            yield _("Write the question that decides whether “{name}” is handed in.").format(name=slot.local_name)
    known = {slot.code for slot in contents.slots} | set(AfterClosing.values)
    for code in sorted(set(contents.rule_set.open_after_close) - known):
        yield _("“{code}” may be mended after closing, but there is no such document.").format(code=code)


def _gaps_in_rounds(contents: Contents) -> Iterator[str]:
    for each in contents.rounds:
        criteria = contents.criteria.get(each.pk, [])
        kinds = {criterion.kind for criterion in criteria}
        for kind in ProjectKind:
            if kinds and kind not in kinds:
                yield _("Round {number} has no score sheet for: {kind}.").format(number=each.number, kind=kind.label)
        for code in each.tie_order:
            if code not in {criterion.code for criterion in criteria}:
                yield _("Round {number} decides ties by “{code}”, which is none of its criteria.").format(
                    number=each.number, code=code
                )


# --- Competitions -------------------------------------------------------------------------------
def opening_refusal(competition: Competition, *, now: datetime) -> Refusal | None:
    if CompetitionState.OPEN not in COMPETITION_MOVES[CompetitionState(competition.state)]:
        return Refusal("wrong_state", _("This competition cannot be opened with its current status."))
    if competition.rule_set.is_draft:
        return Refusal("rules_draft", _("Its rules are still a draft. Publish them, then open the competition."))
    if competition.closes_at <= now:
        return Refusal("past", _("The deadline has passed. Change the dates, then open the competition."))
    return None


def closing_refusal(competition: Competition) -> Refusal | None:
    if CompetitionState.CLOSED not in COMPETITION_MOVES[CompetitionState(competition.state)]:
        return Refusal("wrong_state", _("Only a competition that is open for entries can be closed."))
    return None


def wording_refusal(competition: Competition) -> Refusal | None:
    if competition.state not in MOVABLE:
        return Refusal("wrong_state", _("Judging has begun: what teams entered under can no longer change."))
    return None


def dates_refusal(
    competition: Competition, opens_at: datetime, closes_at: datetime, *, now: datetime
) -> Refusal | None:
    """Teams plan with the dates that they were told: once entries are taken, a deadline only moves to later."""
    if refusal := wording_refusal(competition):
        return refusal
    if closes_at <= opens_at:
        return Refusal("ends_before", _("The deadline must come after the opening."), "closes_at")
    if competition.state == CompetitionState.DRAFT:
        return None
    if closes_at < competition.closes_at:
        return Refusal(
            "only_later", _("Teams count on this deadline: it can only be moved to a later time."), "closes_at"
        )
    if opens_at != competition.opens_at and competition.opens_at <= now:
        return Refusal("opened", _("Entries are being taken already: the opening can no longer change."), "opens_at")
    return None
