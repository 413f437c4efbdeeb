"""A merger of two schools that can be undone, and pupils of both who may be one child."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programs.core.fates import ACT, GOES, OWN, row_until
from programs.duplicates.choices import Ground, PairState
from programs.pupils.models import Joining, Pupil
from programs.schools.choices import SchoolState
from programs.schools.models import School

USER = settings.AUTH_USER_MODEL
PAIRED = GOES | row_until("duplicates.pairs") | OWN


class SchoolMerger(models.Model):
    """One school became part of another: what it takes to undo that, in numbers of rows."""

    NO_PII = True
    MOVES_WITH_SCHOOL = None
    source = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+")
    target = models.ForeignKey(School, on_delete=models.CASCADE, related_name="mergers")
    was = models.CharField(max_length=12, choices=SchoolState)  # the state of the source
    target_was = models.CharField(max_length=12, choices=SchoolState)
    parts = models.JSONField(default=dict)
    merged_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    merged_at = models.DateTimeField(default=timezone.now)
    undone_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-merged_at", "-pk"]
        verbose_name, verbose_name_plural = _("merger of schools"), _("mergers of schools")

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"


class PupilPair(models.Model):
    """Two records that may be one child: a person decides, now or later."""

    PII = {"first": PAIRED, "second": PAIRED, "decided_by": ACT}
    STAYS_WITH_RECORD = True
    merger = models.ForeignKey(SchoolMerger, on_delete=models.CASCADE, related_name="pairs")
    first = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="+")  # came with the merger
    second = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="+")  # was there
    ground = models.CharField(max_length=12, choices=Ground)
    state = models.CharField(max_length=10, choices=PairState, default=PairState.WAITING)
    joining = models.ForeignKey(Joining, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decided_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name, verbose_name_plural = _("pupils who may be one child"), _("pupils who may be one child")
        constraints = [models.UniqueConstraint(fields=["merger", "first", "second"], name="one_pair_of_two_records")]

    def __str__(self) -> str:
        return f"{self.first_id} ~ {self.second_id}"
