"""Reports of a term, frozen line by line."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from programs.core.choices import Level
from programs.core.models import Term
from programs.reviews.choices import FIXED, ReportState
from programs.schools.choices import Authority
from programs.schools.models import Area, School

USER = settings.AUTH_USER_MODEL


class ParticipationReport(models.Model):
    """The participation of one term. While open its figures are computed; frozen lines never change."""

    NO_PII = True
    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="participation_reports")
    version = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(_("status"), max_length=20, choices=ReportState, default=ReportState.OPEN)
    frozen_at = models.DateTimeField(null=True, blank=True)
    frozen_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-term__starts_on", "-version"]
        verbose_name, verbose_name_plural = _("participation report"), _("participation reports")
        constraints = [models.UniqueConstraint(fields=["term", "version"], name="one_report_version_per_term")]

    def __str__(self) -> str:
        return f"{self.term} (v{self.version})"

    @property
    def is_frozen(self) -> bool:
        """Its figures are the stored ones; a superseded version keeps them permanently."""
        return self.state in FIXED


class ReportLine(models.Model):
    """A frozen figure: one school and one level, with its name, place and authority of that day.

    Schools without any activity have their lines of zeros too, so that the share of schools taking part stays what it
    was. Who may read a line is asked of its own ward, cluster and authority, never of the school as it is today.
    """

    NO_PII = True
    MOVES_WITH_SCHOOL = None
    report = models.ForeignKey(ParticipationReport, on_delete=models.CASCADE, related_name="lines")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    ward = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    cluster = models.ForeignKey(Area, null=True, on_delete=models.PROTECT, related_name="+")
    authority = models.CharField(max_length=12, choices=Authority)
    level = models.CharField(max_length=20, choices=Level, blank=True)  # empty: a visit without a class
    counted = models.BooleanField(default=True)  # among the schools of this level on that day
    visits = models.PositiveIntegerField(default=0)
    pupils = models.PositiveIntegerField(default=0)
    girls = models.PositiveIntegerField(default=0)
    lessons = models.PositiveIntegerField(default=0)
    lesson_pupils = models.PositiveIntegerField(default=0)
    lesson_girls = models.PositiveIntegerField(default=0)
    activities = models.PositiveIntegerField(default=0)
    activity_pupils = models.PositiveIntegerField(default=0)
    activity_girls = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "school", "level"], name="one_frozen_line_per_school_level")
        ]

    def __str__(self) -> str:
        return f"{self.name} · {self.level}"
