from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from programs.core.models import SchoolYear
from programs.projects.choices import (
    EDITABLE,
    UNFINISHED,
    CompetitionState,
    FileKind,
    ProjectKind,
    ProjectState,
    SheetState,
)
from programs.schools.models import Pupil, School

USER = settings.AUTH_USER_MODEL


def _in_language(vietnamese: str, english: str) -> str:
    """The English words for a reader of English, where there are any."""
    return english if english and (get_language() or "vi").startswith("en") else vietnamese


class RuleSet(models.Model):
    """A competition's rules as data, with a version: they change with every circular."""

    NO_PII = True
    code = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField(default=1)
    source = models.CharField(_("legal source"), max_length=200, blank=True)
    grade_from = models.PositiveSmallIntegerField(_("from grade"), default=8)
    grade_to = models.PositiveSmallIntegerField(_("to grade"), default=12)
    team_max = models.PositiveSmallIntegerField(_("team members at most"), default=2)
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
    requirements = models.TextField(_("what an entry needs"), blank=True, help_text=_("One a line."))
    requirements_en = models.TextField(_("what an entry needs, in English"), blank=True)
    prizes = models.TextField(_("prizes"), blank=True, help_text=_("One a line."))
    prizes_en = models.TextField(_("prizes in English"), blank=True)
    illustration = models.CharField(max_length=60, blank=True)
    school_year = models.ForeignKey(SchoolYear, on_delete=models.PROTECT, related_name="competitions")
    rule_set = models.ForeignKey(RuleSet, on_delete=models.PROTECT, related_name="competitions")
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    state = models.CharField(_("state"), max_length=10, choices=CompetitionState, default=CompetitionState.DRAFT)

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


class Project(models.Model):
    """A pupil's entry. Its files are frozen by hash from the moment it is submitted."""

    PII = {"supervisor", "title", "summary", "return_reason"}
    MOVES_WITH_SCHOOL = Q(state__in=UNFINISHED)
    reference = models.CharField(_("reference"), max_length=12, unique=True)
    competition = models.ForeignKey(Competition, on_delete=models.PROTECT, related_name="projects")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="projects")
    field = models.ForeignKey(ProjectField, null=True, blank=True, on_delete=models.PROTECT, verbose_name=_("field"))
    kind = models.CharField(_("kind"), max_length=12, choices=ProjectKind, default=ProjectKind.ENGINEERING)
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("summary"), max_length=2000)
    supervisor = models.ForeignKey(
        USER,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="supervised_projects",
        verbose_name=_("mentor"),
    )
    state = models.CharField(_("state"), max_length=12, choices=ProjectState, default=ProjectState.DRAFT)
    submitted_at = models.DateTimeField(null=True, blank=True)
    endorsed_at = models.DateTimeField(null=True, blank=True)
    return_reason = models.TextField(blank=True)
    award = models.CharField(_("award"), max_length=80, blank=True)
    created_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-updated_at"]
        verbose_name, verbose_name_plural = _("project"), _("projects")
        indexes = [
            models.Index(fields=["competition", "state"], name="project_competition_state"),
            models.Index(fields=["school", "state"], name="project_school_state"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_editable(self) -> bool:
        return self.state in EDITABLE


class ProjectMember(models.Model):
    """A pupil in a team; one project per pupil per competition."""

    PII = {"pupil"}
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="members")
    competition = models.ForeignKey(Competition, on_delete=models.PROTECT, related_name="+")
    pupil = models.ForeignKey(Pupil, on_delete=models.PROTECT, related_name="project_memberships")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["competition", "pupil"], name="one_project_per_pupil_per_competition")
        ]

    def __str__(self) -> str:
        return str(self.pupil)


class ProjectFile(models.Model):
    """A file in private storage under a random key; the shown name is NFC without control characters."""

    PII = {"name", "uploaded_by"}
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="files")
    kind = models.CharField(max_length=10, choices=FileKind)
    name = models.CharField(max_length=255)
    storage_key = models.CharField(max_length=120, unique=True)
    preview_key = models.CharField(max_length=120, blank=True)
    content_type = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "kind"], name="one_file_per_kind")]

    def __str__(self) -> str:
        return self.name


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


class ScoreSheet(models.Model):
    """One judge's sheet for one project in one round; nothing private shows before acceptance."""

    PII = {"judge", "comment"}
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="sheets")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="sheets")
    judge = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="score_sheets")
    state = models.CharField(max_length=12, choices=SheetState, default=SheetState.ASSIGNED)
    comment = models.TextField(blank=True, max_length=2000)
    version = models.PositiveIntegerField(default=0)
    locked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("score sheet"), _("score sheets")
        constraints = [models.UniqueConstraint(fields=["round", "project", "judge"], name="one_sheet_per_judge")]

    def __str__(self) -> str:
        return f"{self.project.reference} · {self.judge_id}"


class Score(models.Model):
    NO_PII = True
    sheet = models.ForeignKey(ScoreSheet, on_delete=models.CASCADE, related_name="scores")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT)
    points = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sheet", "criterion"], name="one_score_per_criterion")]

    def __str__(self) -> str:
        return str(self.points)
