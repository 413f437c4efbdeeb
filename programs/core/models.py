"""Tables that know nothing of schools or visits: the calendar, reasons of acts, idempotency keys, background jobs."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import ModelLogEntry

from programs.core.choices import Closes, JobState
from programs.core.fates import MASK, row_until


class SchoolYear(models.Model):
    """A school year is an object, e.g. ``2026-2027``; its dates are set each year by the city."""

    NO_PII = True
    name = models.CharField(_("name"), max_length=9, unique=True)
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))

    class Meta:
        ordering = ["-starts_on"]
        verbose_name, verbose_name_plural = _("school year"), _("school years")
        constraints = [
            models.CheckConstraint(condition=models.Q(ends_on__gt=models.F("starts_on")), name="school_year_has_length")
        ]

    def __str__(self) -> str:
        return self.name


class Term(models.Model):
    NO_PII = True
    school_year = models.ForeignKey(SchoolYear, on_delete=models.CASCADE, related_name="terms")
    number = models.PositiveSmallIntegerField(_("number"))
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))

    class Meta:
        ordering = ["-starts_on"]
        verbose_name, verbose_name_plural = _("term"), _("terms")
        constraints = [
            models.UniqueConstraint(fields=["school_year", "number"], name="one_term_of_a_number_a_year"),
            models.CheckConstraint(condition=models.Q(ends_on__gt=models.F("starts_on")), name="term_has_length"),
        ]

    def __str__(self) -> str:
        return _("Term {number}, {year}").format(number="I" * self.number, year=self.school_year.name)

    def covers(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on


class Holiday(models.Model):
    """Days off. Pupils have more of them than offices: each clock asks for those of its own people."""

    NO_PII = True
    name = models.CharField(_("name"), max_length=120)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    closes = models.CharField(_("who is off"), max_length=7, choices=Closes, default=Closes.ALL)

    class Meta:
        ordering = ["starts_on"]
        verbose_name, verbose_name_plural = _("holiday"), _("holidays")
        constraints = [
            models.CheckConstraint(condition=models.Q(ends_on__gte=models.F("starts_on")), name="holiday_has_length")
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def of(cls, whom: str = Closes.SCHOOLS) -> models.QuerySet[Holiday]:
        return cls.objects.filter(closes__in=(whom, Closes.ALL))


class ActReason(models.Model):
    """What somebody wrote as the reason of an act. The audit log never changes; this row can be erased and runs out."""

    PII = {"text": MASK | row_until("core.reasons")}
    act = models.OneToOneField(ModelLogEntry, primary_key=True, on_delete=models.CASCADE, related_name="reason")
    text = models.TextField()

    class Meta:
        verbose_name, verbose_name_plural = _("reason of an act"), _("reasons of acts")

    def __str__(self) -> str:
        return f"#{self.pk}"


class IdempotencyRecord(models.Model):
    """The result of a form with this key, so that the same key returns the same result."""

    NO_PII = True
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    action = models.CharField(max_length=60)
    key = models.CharField(max_length=64)
    body_hash = models.CharField(max_length=64, blank=True)  # empty while the act is going on
    result = models.JSONField(null=True)  # numbers of rows, or a plain value
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "action", "key"], name="one_result_per_key")]

    def __str__(self) -> str:
        return f"{self.action} #{self.pk}"


class Job(models.Model):
    """One piece of background work, with its attempts and its progress."""

    NO_PII = True  # arguments are identifiers only
    name = models.CharField(max_length=80)
    arguments = models.JSONField(default=dict)
    unique_key = models.CharField(max_length=120, null=True, blank=True, unique=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    state = models.CharField(max_length=12, choices=JobState, default=JobState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=5)
    next_run_at = models.DateTimeField(null=True, blank=True)
    steps_done = models.PositiveIntegerField(default=0)
    steps_total = models.PositiveIntegerField(default=0)
    result = models.JSONField(null=True, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "next_run_at"], name="job_queue")]

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"

    @property
    def percent(self) -> int:
        """Progress from 0 to 100; 0 while the size of the work is unknown."""
        return min(100, self.steps_done * 100 // self.steps_total) if self.steps_total else 0


class RetentionRule(models.Model):
    """How long one kind of data is kept; what the rule deletes is code registered under its name."""

    NO_PII = True
    name = models.CharField(_("rule"), max_length=60, unique=True)
    days = models.PositiveIntegerField(_("days to keep"))
    is_active = models.BooleanField(_("active"), default=True)
    last_run_at = models.DateTimeField(_("last run"), null=True, blank=True)
    last_count = models.PositiveIntegerField(_("removed in the last run"), default=0)

    class Meta:
        ordering = ["name"]
        verbose_name, verbose_name_plural = _("retention rule"), _("retention rules")

    def __str__(self) -> str:
        return self.name
