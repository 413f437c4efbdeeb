"""Lessons that a school taught, and what else it did itself."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from programs.activities.choices import OwnKind
from programs.core.choices import Level
from programs.core.fates import LASTS, MASK, OWN, PLAIN, SHOWN, stays
from programs.curricula.models import Curriculum
from programs.pupils.models import ClassGroup
from programs.schools.models import School


class ReportedQuerySet(models.QuerySet):
    def in_force(self) -> ReportedQuerySet:
        """What counts: not withdrawn."""
        return self.filter(withdrawn_at=None)


class TaughtActivity(models.Model):
    """A school says that it taught a curriculum to a class; the numbers are counts, never percentages.

    What was entered wrongly is corrected in its row, and the log keeps what it was: a figure is mended nowhere else.
    """

    PII = {
        "reported_by": stays(_("They are figures about a class and are only linked to an account without a name."))
        | OWN
        | SHOWN,
        "taught_on": PLAIN,
    }
    MOVES_WITH_SCHOOL = None  # reports count it with the school that took over
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="taught_activities")
    curriculum = models.ForeignKey(Curriculum, on_delete=models.PROTECT, related_name="taught_activities")
    class_group = models.ForeignKey(ClassGroup, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    grade = models.PositiveSmallIntegerField(_("grade"))
    taught_on = models.DateField(_("taught on"))
    pupils = models.PositiveSmallIntegerField(_("pupils"))
    girls = models.PositiveSmallIntegerField(_("of whom girls"))
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = ReportedQuerySet.as_manager()

    class Meta:
        ordering = ["-taught_on"]
        verbose_name, verbose_name_plural = _("taught activity"), _("taught activities")
        constraints = [
            models.CheckConstraint(condition=Q(girls__lte=F("pupils")), name="taught_girls_within_pupils"),
            models.UniqueConstraint(
                fields=["curriculum", "class_group", "taught_on"],
                condition=Q(withdrawn_at=None),
                name="one_report_per_lesson_class_and_day",
            ),
        ]
        indexes = [models.Index(fields=["school", "taught_on"], name="taught_school_day")]

    def __str__(self) -> str:
        return f"{self.curriculum} · {self.taught_on:%d/%m/%Y}"

    @property
    def reported(self) -> dict[str, Any]:
        """What was entered, as the form has it."""
        names = ("curriculum", "class_group", "taught_on", "pupils", "girls")
        return {name: getattr(self, name) for name in names}


class OwnActivity(models.Model):
    """What a school did itself: a club, a festival, a talk. Counts, and where the proof is; no pupil is named."""

    PII = {
        "reported_by": stays(_("They are figures about a school and are only linked to an account without a name."))
        | OWN
        | SHOWN,
        "title": MASK | LASTS | SHOWN, "evidence": MASK | LASTS | SHOWN,
        "held_on": PLAIN,
    }  # fmt: skip
    MOVES_WITH_SCHOOL = None  # reports count it with the school that took over
    WRITTEN = ("kind", "title", "where", "held_on", "minutes", "pupils", "girls", "teachers", "evidence")
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="own_activities")
    level = models.CharField(_("level"), max_length=20, choices=Level)
    kind = models.CharField(_("kind"), max_length=16, choices=OwnKind)
    title = models.CharField(_("title"), max_length=150)
    held_on = models.DateField(_("held on"))
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    pupils = models.PositiveSmallIntegerField(_("pupils"))
    girls = models.PositiveSmallIntegerField(_("of whom girls"))
    teachers = models.PositiveSmallIntegerField(_("teachers"))
    evidence = models.TextField(_("evidence"), blank=True, max_length=500)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = ReportedQuerySet.as_manager()

    class Meta:
        ordering = ["-held_on"]
        verbose_name, verbose_name_plural = _("own activity"), _("own activities")
        constraints = [models.CheckConstraint(condition=Q(girls__lte=F("pupils")), name="own_girls_within_pupils")]
        indexes = [models.Index(fields=["school", "held_on"], name="own_school_day")]

    def __str__(self) -> str:
        return f"{self.title} · {self.held_on:%d/%m/%Y}"

    @property
    def where(self) -> str:
        """School and level in one, as the form asks for them."""
        return f"{self.school_id}:{self.level}"

    @property
    def reported(self) -> dict[str, Any]:
        """What was entered, as the form has it."""
        return {name: getattr(self, name) for name in self.WRITTEN}
