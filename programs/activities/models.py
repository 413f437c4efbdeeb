"""Lessons that a school taught."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from programs.core.fates import OWN, PLAIN, SHOWN, stays
from programs.curricula.models import Curriculum
from programs.pupils.models import ClassGroup
from programs.schools.models import School


class TaughtActivityQuerySet(models.QuerySet["TaughtActivity"]):
    def in_force(self) -> TaughtActivityQuerySet:
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

    objects = TaughtActivityQuerySet.as_manager()

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
