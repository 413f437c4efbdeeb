"""Curricula as records that rules can read."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from programs.core.choices import Level, level_of_grade
from programs.curricula.choices import ActivityForm
from programs.topics.models import Subject, Topic


class Curriculum(models.Model):
    """What rules and filters need of a curriculum; its words and pictures are a page in the CMS."""

    NO_PII = True
    code = models.CharField(_("code"), max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=200)
    form = models.CharField(_("form"), max_length=20, choices=ActivityForm, default=ActivityForm.STEM_LESSON)
    grade_from = models.PositiveSmallIntegerField(_("from grade"))
    grade_to = models.PositiveSmallIntegerField(_("to grade"))
    subjects = models.ManyToManyField(Subject, related_name="curricula", verbose_name=_("subjects"))
    topics = models.ManyToManyField(Topic, blank=True, related_name="curricula", verbose_name=_("topics"))
    minutes = models.PositiveSmallIntegerField(_("total minutes"))
    group_size = models.PositiveSmallIntegerField(_("pupils per group"), default=4)
    cost_vnd = models.PositiveIntegerField(_("cost of materials per group (đồng)"), default=0)

    class Meta:
        ordering = ["grade_from", "title"]
        verbose_name, verbose_name_plural = _("curriculum"), _("curricula")
        constraints = [
            models.CheckConstraint(
                condition=Q(grade_from__gte=1, grade_to__lte=12, grade_from__lte=F("grade_to")),
                name="curriculum_grades_1_to_12",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def levels(self) -> list[Level]:
        """The levels that its grades belong to, lowest first."""
        return list(dict.fromkeys(level_of_grade(grade) for grade in range(self.grade_from, self.grade_to + 1)))
