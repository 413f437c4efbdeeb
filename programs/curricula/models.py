from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from programs.core.choices import Level, level_of_grade
from programs.curricula.choices import ActivityForm
from programs.schools.models import ClassGroup, School


class Labelled(models.Model):
    """A short word in both languages."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" else self.name


class Subject(Labelled):
    """A subject of the GDPT 2018 curriculum."""

    NO_PII = True

    class Meta(Labelled.Meta):
        verbose_name, verbose_name_plural = pgettext_lazy("school subject", "subject"), _("subjects")


class Topic(Labelled):
    """A theme close to the local industry."""

    NO_PII = True

    class Meta(Labelled.Meta):
        verbose_name, verbose_name_plural = _("topic"), _("topics")


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
    minutes = models.PositiveSmallIntegerField(_("minutes in all"))
    group_size = models.PositiveSmallIntegerField(_("pupils in a group"), default=4)
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


class TaughtActivity(models.Model):
    """A school says that it taught a curriculum to a class; the numbers are counts, never percentages."""

    PII = {"reported_by"}
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

    class Meta:
        ordering = ["-taught_on"]
        verbose_name, verbose_name_plural = _("taught activity"), _("taught activities")
        constraints = [models.CheckConstraint(condition=Q(girls__lte=F("pupils")), name="taught_girls_within_pupils")]
        indexes = [models.Index(fields=["school", "taught_on"], name="taught_school_day")]

    def __str__(self) -> str:
        return f"{self.curriculum} · {self.taught_on:%d/%m/%Y}"
