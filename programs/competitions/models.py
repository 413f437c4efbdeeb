"""Competitions, and the rules they follow: rule sets with document slots, fields, rounds and criteria."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from programs.competitions.choices import (
    CompetitionState,
    Need,
    ProjectKind,
    Publication,
    RoundKind,
    RuleSetState,
    SlotKind,
)
from programs.core.dates import local_day
from programs.core.models import SchoolYear


def _in_language(vietnamese: str, english: str) -> str:
    """The English text for English readers, where there is one."""
    return english if english and (get_language() or "vi").startswith("en") else vietnamese


class Named(models.Model):
    """Whatever has a name in both languages, and columns that a person fills in."""

    FILLED_IN: tuple[str, ...] = ("name", "name_en")
    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.local_name

    @property
    def local_name(self) -> str:
        return _in_language(self.name, self.name_en)

    @property
    def filled_in(self) -> dict[str, Any]:
        """What a person filled in, by column, as the form names it."""
        return {name: getattr(self, name) for name in self.FILLED_IN}


class ProjectField(Named):
    """A field of research (lĩnh vực), such as Robotics."""

    NO_PII = True
    code = models.SlugField(max_length=40, unique=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position"]
        verbose_name, verbose_name_plural = _("field"), _("fields")


class RuleSet(Named):
    """A competition's rules as data, with a version: they change with every circular.

    Once published, neither it nor anything in it can change (migration 0002): a change is a new version.
    A limit that is empty is no limit.
    """

    NO_PII = True
    FILLED_IN = (
        "name", "name_en", "school_year", "source", "articles", "pupils", "students", "grade_from", "grade_to",
        "levels", "team_min", "team_max", "same_school", "months_most", "starts_years_before", "ends_days_before",
        "per_school", "per_mentor", "grace_minutes", "endorse_days", "open_after_close", "publication",
    )  # fmt: skip
    code = models.SlugField(_("code"), max_length=40)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    state = models.CharField(_("status"), max_length=10, choices=RuleSetState, default=RuleSetState.DRAFT)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    school_year = models.ForeignKey(
        SchoolYear, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("school year")
    )
    source = models.CharField(_("legal source"), max_length=200, blank=True)
    # Where in the source a rule stands, e.g. {"team": "Điều 5"}; the names are those of ``rules.PARTS``.
    articles = models.JSONField(_("articles"), default=dict, blank=True)
    # --- Who enters ---
    pupils = models.BooleanField(_("pupils enter"), default=True)
    students = models.BooleanField(_("university students enter"), default=False)
    grade_from = models.PositiveSmallIntegerField(_("from grade"), default=8)
    grade_to = models.PositiveSmallIntegerField(_("to grade"), default=12)
    levels = models.JSONField(_("levels"), default=list, blank=True)  # of core.choices.Level; empty: all
    team_min = models.PositiveSmallIntegerField(_("fewest team members"), default=1)
    team_max = models.PositiveSmallIntegerField(_("maximum team members"), default=2)
    same_school = models.BooleanField(_("all members are of one school"), default=True)
    # --- The work and when it is done ---
    months_most = models.PositiveSmallIntegerField(_("months of work"), null=True, blank=True)
    starts_years_before = models.PositiveSmallIntegerField(_("years before"), null=True, blank=True)
    ends_days_before = models.PositiveSmallIntegerField(_("days before opening"), null=True, blank=True)
    fields = models.ManyToManyField(ProjectField, verbose_name=_("fields"), related_name="rule_sets", blank=True)
    # --- How many ---
    per_school = models.PositiveSmallIntegerField(_("projects per school"), null=True, blank=True)
    per_mentor = models.PositiveSmallIntegerField(_("projects per mentor"), null=True, blank=True)
    # --- Deadlines ---
    grace_minutes = models.PositiveSmallIntegerField(_("minutes of grace for files"), default=30)
    endorse_days = models.PositiveSmallIntegerField(_("working days to endorse"), default=3)
    open_after_close = models.JSONField(_("what may be mended after closing"), default=list, blank=True)
    publication = models.CharField(
        _("published projects"), max_length=10, choices=Publication, default=Publication.SELECTED
    )

    class Meta:
        ordering = ["code", "-version"]
        verbose_name, verbose_name_plural = _("rule set"), _("rule sets")
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="one_rule_set_per_version"),
            models.UniqueConstraint(
                fields=["code"], condition=Q(state=RuleSetState.DRAFT), name="one_draft_of_a_rule_set"
            ),
            models.CheckConstraint(
                condition=Q(state=RuleSetState.DRAFT, published_at=None)
                | Q(state=RuleSetState.PUBLISHED, published_at__isnull=False),
                name="rule_set_published_when",
            ),
            models.CheckConstraint(
                condition=Q(team_min__gte=1, team_max__gte=F("team_min"), grade_to__gte=F("grade_from")),
                name="rule_set_spans",
            ),
        ]

    @property
    def is_draft(self) -> bool:
        return self.state == RuleSetState.DRAFT

    def source_of(self, part: str) -> str:
        """Where the rule of this part is written: "Thông tư 06/2024/TT-BGDĐT, Điều 5"."""
        return ", ".join(filter(None, [self.source, self.articles.get(part, "")]))


class Slot(Named):
    """A document that a project hands in."""

    NO_PII = True
    FILLED_IN = (
        "code", "name", "name_en", "hint", "hint_en", "kinds", "most_files", "most_mb", "most_pages", "need", "question",
        "question_en", "asks_safety", "is_form", "position",
    )  # fmt: skip
    rule_set = models.ForeignKey(RuleSet, on_delete=models.CASCADE, related_name="slots")
    code = models.SlugField(_("code"), max_length=40)
    position = models.PositiveSmallIntegerField(_("place in the list"), default=0)
    hint = models.CharField(_("what is wanted"), max_length=300, blank=True)
    hint_en = models.CharField(_("what is wanted, in English"), max_length=300, blank=True)
    kinds = models.JSONField(_("kinds"), default=list)  # of SlotKind
    most_files = models.PositiveSmallIntegerField(_("files"), default=1)
    most_mb = models.PositiveSmallIntegerField(_("megabytes"), default=20)
    most_pages = models.PositiveSmallIntegerField(_("pages"), null=True, blank=True)
    need = models.CharField(_("who hands it in"), max_length=10, choices=Need, default=Need.ALWAYS)
    question = models.CharField(_("question to the team"), max_length=300, blank=True)
    question_en = models.CharField(_("question in English"), max_length=300, blank=True)
    asks_safety = models.BooleanField(_("read by the safety committee"), default=False)
    is_form = models.BooleanField(_("a printed form"), default=False)  # alike in every project: its text says nothing

    class Meta:
        ordering = ["position", "pk"]
        verbose_name, verbose_name_plural = _("document"), _("documents")
        constraints = [
            models.UniqueConstraint(fields=["rule_set", "code"], name="one_slot_of_a_code"),
            models.CheckConstraint(condition=~Q(need=Need.CONDITION) | ~Q(question=""), name="condition_has_question"),
            models.CheckConstraint(condition=Q(most_files__gte=1), name="slot_takes_a_file"),
        ]

    @property
    def local_hint(self) -> str:
        return _in_language(self.hint, self.hint_en)

    @property
    def local_question(self) -> str:
        return _in_language(self.question, self.question_en)

    @property
    def kind_labels(self) -> list:
        return [SlotKind(kind).label for kind in self.kinds]


class Round(Named):
    """A round of judging; one without criteria gives no points."""

    NO_PII = True
    FILLED_IN = (
        "number", "name", "name_en", "kind", "about", "about_en", "blind", "calibration", "sheets_wanted",
        "sheets_min", "tie_order",
    )  # fmt: skip
    rule_set = models.ForeignKey(RuleSet, on_delete=models.CASCADE, related_name="rounds")
    number = models.PositiveSmallIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=10, choices=RoundKind, default=RoundKind.INTERVIEW)
    about = models.CharField(_("how it runs"), max_length=500, blank=True)
    about_en = models.CharField(_("how it runs, in English"), max_length=500, blank=True)
    blind = models.BooleanField(_("judges see neither names nor schools"), default=False)
    calibration = models.PositiveSmallIntegerField(_("projects that every judge scores first"), default=0)
    sheets_wanted = models.PositiveSmallIntegerField(_("score sheets wanted for a project"), default=5)
    sheets_min = models.PositiveSmallIntegerField(_("score sheets needed for a rank"), default=3)
    tie_order = models.JSONField(_("criteria that decide a tie"), default=list, blank=True)  # codes, first to last

    class Meta:
        ordering = ["number"]
        verbose_name, verbose_name_plural = _("round"), _("rounds")
        constraints = [
            models.UniqueConstraint(fields=["rule_set", "number"], name="one_round_of_a_number"),
            models.CheckConstraint(
                condition=Q(sheets_min__gte=1, sheets_wanted__gte=F("sheets_min")), name="round_sheets"
            ),
        ]

    @property
    def local_about(self) -> str:
        return _in_language(self.about, self.about_en)


class Criterion(Named):
    """A line of a score sheet: integers from 0 to ``points``."""

    NO_PII = True
    FILLED_IN = (
        "round", "kind", "code", "name", "name_en", "points", "descriptors", "descriptors_en", "position",
    )  # fmt: skip
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="criteria", verbose_name=_("round"))
    kind = models.CharField(_("kind of project"), max_length=12, choices=ProjectKind)
    code = models.SlugField(_("code"), max_length=40)
    position = models.PositiveSmallIntegerField(_("place in the list"), default=0)
    points = models.PositiveSmallIntegerField(_("most points"))
    descriptors = models.TextField(_("levels in words"), max_length=2000, blank=True)
    descriptors_en = models.TextField(_("levels in words, in English"), max_length=2000, blank=True)

    class Meta:
        ordering = ["kind", "position", "pk"]
        verbose_name, verbose_name_plural = _("criterion"), _("criteria")
        constraints = [
            models.UniqueConstraint(fields=["round", "kind", "code"], name="one_criterion_of_a_code"),
            models.CheckConstraint(condition=Q(points__gte=1), name="criterion_has_points"),
        ]

    @property
    def rule_set(self) -> RuleSet:
        return self.round.rule_set

    @property
    def local_descriptors(self) -> list[str]:
        return _in_language(self.descriptors, self.descriptors_en).splitlines()


class Competition(Named):
    NO_PII = True
    FILLED_IN = (
        "name", "name_en", "partner", "summary", "summary_en", "theme", "theme_en", "requirements", "requirements_en",
        "prizes", "prizes_en",
    )  # fmt: skip
    code = models.SlugField(_("code"), max_length=40, unique=True)
    slug = models.SlugField(max_length=80, unique=True)
    summary = models.TextField(_("summary"))
    summary_en = models.TextField(_("summary in English"), blank=True)
    theme = models.TextField(_("theme"), blank=True)
    theme_en = models.TextField(_("theme in English"), blank=True)
    partner = models.CharField(_("set by"), max_length=200, blank=True)
    requirements = models.TextField(_("what an entry needs"), blank=True, help_text=_("One per line."))
    requirements_en = models.TextField(_("what an entry needs, in English"), blank=True)
    prizes = models.TextField(_("prizes"), blank=True, help_text=_("One per line."))
    prizes_en = models.TextField(_("prizes in English"), blank=True)
    illustration = models.CharField(max_length=60, blank=True)
    school_year = models.ForeignKey(
        SchoolYear, on_delete=models.PROTECT, related_name="competitions", verbose_name=_("school year")
    )
    rule_set = models.ForeignKey(
        RuleSet, on_delete=models.PROTECT, related_name="competitions", verbose_name=_("rule set")
    )
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    held_on = models.DateField(_("day of the contest"), null=True, blank=True)
    state = models.CharField(_("status"), max_length=10, choices=CompetitionState, default=CompetitionState.DRAFT)

    class Meta:
        ordering = ["-opens_at"]
        verbose_name, verbose_name_plural = _("competition"), _("competitions")
        constraints = [models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="competition_has_length")]

    @property
    def local_summary(self) -> str:
        return _in_language(self.summary, self.summary_en)

    @property
    def local_theme(self) -> str:
        return _in_language(self.theme, self.theme_en)

    @property
    def local_requirements(self) -> list[str]:
        return _in_language(self.requirements, self.requirements_en).splitlines()

    @property
    def local_prizes(self) -> list[str]:
        return _in_language(self.prizes, self.prizes_en).splitlines()

    @property
    def dates(self) -> dict[str, Any]:
        return {"opens_at": self.opens_at, "closes_at": self.closes_at, "held_on": self.held_on}

    @property
    def reference_day(self) -> date:
        """The day from which months of work are counted back: that of the contest, else the deadline's."""
        return self.held_on or local_day(self.closes_at)

    def is_open(self, now: datetime) -> bool:
        """Whether entries are taken at this moment of the server's clock."""
        return self.state == CompetitionState.OPEN and self.opens_at <= now < self.closes_at
