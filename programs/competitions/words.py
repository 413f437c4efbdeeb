"""A rule set as a person would read it: each rule a line, with where it is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.competitions.choices import AfterClosing, ProjectKind
from programs.competitions.models import Criterion, Round, RuleSet
from programs.competitions.rules import Contents
from programs.core.choices import Level
from programs.core.templatetags.portal import grade_range


@dataclass(frozen=True)
class Line:
    """One rule: what it is about, what it says, and where that is written."""

    about: str
    says: str
    article: str = ""


def lines_of(contents: Contents) -> list[Line]:
    rule_set = contents.rule_set
    return [*who_enters(rule_set), *_work(rule_set), *_how_many(rule_set), *_deadlines(contents)]


def who_enters(rule_set: RuleSet) -> list[Line]:
    """Who may enter, and in what team: the first that everybody asks."""
    who, article = [], rule_set.articles.get("who", "")
    if rule_set.pupils:
        who.append(grade_range(rule_set.grade_from, rule_set.grade_to))
    if rule_set.students:
        who.append(_("University students"))
    levels = ", ".join(str(Level(level).label) for level in rule_set.levels)
    team = rule_set.articles.get("team", "")
    return [
        Line(_("Who may enter"), ", ".join(who), article),
        *([Line(_("Levels"), levels, article)] if levels else []),
        Line(_("Team"), _team(rule_set), team),
        Line(_("Projects per person"), _("One in this competition."), team),
    ]


def _team(rule_set: RuleSet) -> str:
    if rule_set.team_min == rule_set.team_max:
        size = ngettext("{count} member", "{count} members", rule_set.team_max).format(count=rule_set.team_max)
    else:
        size = _("{least} to {most} members").format(least=rule_set.team_min, most=rule_set.team_max)
    return f"{size}, {_('all of one school') if rule_set.same_school else _('also of different schools')}."


def _work(rule_set: RuleSet) -> Iterator[Line]:
    article = rule_set.articles.get("time", "")
    if rule_set.months_most:
        months = ngettext("At most {count} month in a row.", "At most {count} months in a row.", rule_set.months_most)
        yield Line(_("Time of work"), months.format(count=rule_set.months_most), article)
    if rule_set.starts_years_before is not None:
        words = ngettext(
            "Not before January of the year before the opening.",
            "Not before January, {count} years before the opening.",
            rule_set.starts_years_before,
        )
        yield Line(_("Work begins"), words.format(count=rule_set.starts_years_before), article)
    if rule_set.ends_days_before is not None:
        words = ngettext(
            "{count} day before the opening at the latest.",
            "{count} days before the opening at the latest.",
            rule_set.ends_days_before,
        )
        yield Line(_("Work ends"), words.format(count=rule_set.ends_days_before), article)


def _how_many(rule_set: RuleSet) -> Iterator[Line]:
    if rule_set.per_school:
        words = ngettext("At most {count} project.", "At most {count} projects.", rule_set.per_school)
        yield Line(_("Each school"), words.format(count=rule_set.per_school), rule_set.articles.get("school", ""))
    if rule_set.per_mentor:
        words = ngettext(
            "At most {count} project in a school year.",
            "At most {count} projects in a school year.",
            rule_set.per_mentor,
        )
        yield Line(_("Each mentor"), words.format(count=rule_set.per_mentor), rule_set.articles.get("mentor", ""))


def _deadlines(contents: Contents) -> Iterator[Line]:
    rule_set = contents.rule_set
    if rule_set.grace_minutes:
        grace = ngettext(
            "A file that was on its way at the deadline may arrive in the {count} minute after it.",
            "A file that was on its way at the deadline may arrive in the {count} minutes after it.",
            rule_set.grace_minutes,
        )
        yield Line(_("Grace"), grace.format(count=rule_set.grace_minutes))
    days = ngettext(
        "Within {count} working day after the deadline.",
        "Within {count} working days after the deadline.",
        rule_set.endorse_days,
    )
    yield Line(_("Endorsement"), days.format(count=rule_set.endorse_days))
    yield Line(_("Returned after the deadline"), _after_closing(contents))
    yield Line(_("Named in the results"), str(rule_set.get_publication_display()) + ".")


def _after_closing(contents: Contents) -> str:
    names = {slot.code: slot.local_name for slot in contents.slots} | dict(AfterClosing.choices)
    opened = [str(names.get(code, code)) for code in contents.rule_set.open_after_close]
    if not opened:
        return _("Nothing can be mended any more.")
    return _("Only this can be mended: {names}.").format(names="; ".join(opened))


# --- Rounds ---------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Sheet:
    """A score sheet: the criteria for one kind of project, and their points in all."""

    label: str
    criteria: list[Criterion]

    @property
    def total(self) -> int:
        return sum(criterion.points for criterion in self.criteria)

    @property
    def rows(self) -> list[dict]:
        """Each criterion with its share of the longest bar."""
        most = max(criterion.points for criterion in self.criteria)
        return [{"criterion": each, "share": each.points * 100 / most} for each in self.criteria]


@dataclass(frozen=True)
class ReadRound:
    round: Round
    sheets: list[Sheet]

    @property
    def tie(self) -> str:
        """The names of the criteria that decide a tie, first to last."""
        names = {criterion.code: criterion.local_name for sheet in self.sheets for criterion in sheet.criteria}
        return " → ".join(names.get(code, code) for code in self.round.tie_order)


def rounds_of(contents: Contents) -> list[ReadRound]:
    return [ReadRound(each, _sheets(contents.criteria.get(each.pk, []))) for each in contents.rounds]


def _sheets(criteria: list[Criterion]) -> list[Sheet]:
    sheets = [Sheet(str(kind.label), [each for each in criteria if each.kind == kind]) for kind in ProjectKind]
    return [sheet for sheet in sheets if sheet.criteria]
