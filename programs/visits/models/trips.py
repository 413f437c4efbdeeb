"""Field trips: what a centre offers, and what a group needs for it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from programs.core.choices import Level, level_of_grade
from programs.visits.choices import (
    PaperKind,
)
from programs.visits.models.centres import Centre, in_language

USER = settings.AUTH_USER_MODEL


class FieldTrip(models.Model):
    """What a centre offers and what rules need of it; its words and pictures are a page in the CMS."""

    NO_PII = True
    code = models.CharField(_("code"), max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=200)
    title_en = models.CharField(_("title in English"), max_length=200, blank=True)
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="field_trips", verbose_name=_("centre"))
    grade_from = models.PositiveSmallIntegerField(_("from grade"))
    grade_to = models.PositiveSmallIntegerField(_("to grade"))
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    max_pupils = models.PositiveSmallIntegerField(_("pupils at most"), default=40)
    pupils_per_adult = models.PositiveSmallIntegerField(_("pupils per accompanying adult"), default=20)
    price_vnd = models.PositiveIntegerField(_("price per pupil (đồng)"), default=0)
    needs_transport = models.BooleanField(_("needs a hired vehicle"), default=False)
    is_active = models.BooleanField(_("offered"), default=True)

    class Meta:
        ordering = ["title"]
        verbose_name, verbose_name_plural = _("field trip"), _("field trips")
        constraints = [
            models.CheckConstraint(
                condition=Q(grade_from__gte=1, grade_to__lte=12, grade_from__lte=F("grade_to")),
                name="field_trip_grades_1_to_12",
            ),
            models.CheckConstraint(condition=Q(pupils_per_adult__gte=1), name="field_trip_ratio_positive"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def local_title(self) -> str:
        """The title in the reader's language."""
        return in_language(self.title, self.title_en)

    @property
    def levels(self) -> list[Level]:
        return list(dict.fromkeys(level_of_grade(grade) for grade in range(self.grade_from, self.grade_to + 1)))


class AdultRatio(models.Model):
    """How many pupils of a level one adult may accompany; without a row the trip's own ratio holds."""

    NO_PII = True
    field_trip = models.ForeignKey(FieldTrip, on_delete=models.CASCADE, related_name="ratios")
    level = models.CharField(_("level"), max_length=20, choices=Level)
    pupils_per_adult = models.PositiveSmallIntegerField(_("pupils per accompanying adult"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["field_trip", "level"], name="one_ratio_per_level"),
            models.CheckConstraint(condition=Q(pupils_per_adult__gte=1), name="ratio_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.get_level_display()}: {self.pupils_per_adult}"


class RequiredPaper(models.Model):
    """A paper that a group must hand in before it is confirmed."""

    NO_PII = True
    field_trip = models.ForeignKey(FieldTrip, on_delete=models.CASCADE, related_name="required_papers")
    kind = models.CharField(_("paper"), max_length=20, choices=PaperKind)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["field_trip", "kind"], name="one_requirement_per_paper")]

    def __str__(self) -> str:
        return self.get_kind_display()
