"""Sheets on which judges score."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from programs.competitions.models import Criterion, Round
from programs.core.fates import LASTS, MASK, OWN
from programs.judging.choices import SheetState
from programs.projects.models import DECISION, Project

USER = settings.AUTH_USER_MODEL


class ScoreSheet(models.Model):
    """One judge's sheet for one project in one round; nothing private shows before acceptance."""

    PII = {"judge": DECISION | OWN, "comment": MASK | LASTS}
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
