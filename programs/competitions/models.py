"""Competitions, their rule sets, rounds, criteria and fields."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from programs.competitions.choices import CompetitionState, ProjectKind
from programs.core.models import SchoolYear


def _in_language(vietnamese: str, english: str) -> str:
    """The English text for English readers, where there is one."""
    return english if english and (get_language() or "vi").startswith("en") else vietnamese


class RuleSet(models.Model):
    """A competition's rules as data, with a version: they change with every circular."""

    NO_PII = True
    code = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField(default=1)
    source = models.CharField(_("legal source"), max_length=200, blank=True)
    grade_from = models.PositiveSmallIntegerField(_("from grade"), default=8)
    grade_to = models.PositiveSmallIntegerField(_("to grade"), default=12)
    team_max = models.PositiveSmallIntegerField(_("maximum team members"), default=2)
    image_max_mb = models.PositiveSmallIntegerField(default=8)
    document_max_mb = models.PositiveSmallIntegerField(default=20)

    class Meta:
        verbose_name, verbose_name_plural = _("rule set"), _("rule sets")
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="one_rule_set_per_version")]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"


class Criterion(models.Model):
    """A line of a score sheet: integers from 0 to ``points``."""

    NO_PII = True
    rule_set = models.ForeignKey(RuleSet, on_delete=models.CASCADE, related_name="criteria")
    kind = models.CharField(max_length=12, choices=ProjectKind)
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    points = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["kind", "position"]
        verbose_name, verbose_name_plural = _("criterion"), _("criteria")

    def __str__(self) -> str:
        return self.name

    @property
    def local_name(self) -> str:
        return _in_language(self.name, self.name_en)


class ProjectField(models.Model):
    """A field of research (lĩnh vực), such as Robotics."""

    NO_PII = True
    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position"]
        verbose_name, verbose_name_plural = _("field"), _("fields")

    def __str__(self) -> str:
        return self.local_name

    @property
    def local_name(self) -> str:
        return _in_language(self.name, self.name_en)


class Competition(models.Model):
    NO_PII = True
    code = models.CharField(_("code"), max_length=40, unique=True)
    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200)
    summary = models.TextField(_("summary"))
    summary_en = models.TextField(_("summary in English"))
    theme = models.TextField(_("theme"), blank=True)
    theme_en = models.TextField(_("theme in English"), blank=True)
    requirements = models.TextField(_("what an entry needs"), blank=True, help_text=_("One per line."))
    requirements_en = models.TextField(_("what an entry needs, in English"), blank=True)
    prizes = models.TextField(_("prizes"), blank=True, help_text=_("One per line."))
    prizes_en = models.TextField(_("prizes in English"), blank=True)
    illustration = models.CharField(max_length=60, blank=True)
    school_year = models.ForeignKey(SchoolYear, on_delete=models.PROTECT, related_name="competitions")
    rule_set = models.ForeignKey(RuleSet, on_delete=models.PROTECT, related_name="competitions")
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    state = models.CharField(_("status"), max_length=10, choices=CompetitionState, default=CompetitionState.DRAFT)

    class Meta:
        ordering = ["-opens_at"]
        verbose_name, verbose_name_plural = _("competition"), _("competitions")
        constraints = [models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="competition_has_length")]

    def __str__(self) -> str:
        return self.local_name

    @property
    def local_name(self) -> str:
        return _in_language(self.name, self.name_en)

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

    def is_open(self, now: datetime) -> bool:
        """Whether entries are taken at this moment of the server's clock."""
        return self.state == CompetitionState.OPEN and self.opens_at <= now < self.closes_at


class Round(models.Model):
    NO_PII = True
    competition = models.ForeignKey(Competition, on_delete=models.CASCADE, related_name="rounds")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    judging_opens_at = models.DateTimeField()
    judging_closes_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        verbose_name, verbose_name_plural = _("round"), _("rounds")
        constraints = [models.UniqueConstraint(fields=["competition", "number"], name="one_round_of_a_number")]

    def __str__(self) -> str:
        return self.name
