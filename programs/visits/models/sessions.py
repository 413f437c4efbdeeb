"""Seasons, series and sessions: what is offered when."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programs.core.models import SchoolYear
from programs.schools.models import Area
from programs.visits.choices import (
    BookingMode,
    SessionState,
    WaitingPolicy,
)
from programs.visits.models.centres import Room, in_language
from programs.visits.models.trips import FieldTrip

USER = settings.AUTH_USER_MODEL


class Season(models.Model):
    """A stretch of sessions that opens as one: first come, or by ballot; quotas and opening times are its data."""

    NO_PII = True
    code = models.CharField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=150)
    name_en = models.CharField(_("name in English"), max_length=150, blank=True)
    school_year = models.ForeignKey(SchoolYear, on_delete=models.PROTECT, related_name="+")
    mode = models.CharField(
        _("way of giving places"), max_length=12, choices=BookingMode, default=BookingMode.FIRST_COME
    )
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    bookings_per_school = models.PositiveSmallIntegerField(_("bookings of one school at most"), default=6)

    class Meta:
        ordering = ["-opens_at"]
        verbose_name, verbose_name_plural = _("season"), _("seasons")
        constraints = [models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="season_has_length")]

    def __str__(self) -> str:
        return self.name

    @property
    def local_name(self) -> str:
        """The name in the reader's language."""
        return in_language(self.name, self.name_en)


class SeasonOpening(models.Model):
    """When booking opens for the schools of a cluster, so that they do not all come at once."""

    NO_PII = True
    season = models.ForeignKey(Season, on_delete=models.CASCADE, related_name="openings")
    cluster = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name=_("cluster"))
    opens_at = models.DateTimeField(_("opens"))

    class Meta:
        ordering = ["opens_at"]
        constraints = [models.UniqueConstraint(fields=["season", "cluster"], name="one_opening_per_cluster")]

    def __str__(self) -> str:
        return f"{self.cluster} {self.opens_at:%d/%m/%Y %H:%M}"


class SessionSeries(models.Model):
    """Sessions that were scheduled in one act: "every Tuesday and Thursday at 8:00, this term"."""

    NO_PII = True
    field_trip = models.ForeignKey(FieldTrip, on_delete=models.PROTECT, related_name="series")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    weekdays = models.JSONField(default=list)  # numbers, Monday is 0
    times = models.JSONField(default=list)  # "08:00"
    skipped = models.JSONField(default=list)  # [{"at", "why"}]: what was left out, for whoever wonders later
    created_by = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.field_trip} {self.starts_on:%d/%m/%Y}"


class SessionQuerySet(models.QuerySet):
    def upcoming(self, now: datetime) -> SessionQuerySet:
        return self.filter(state=SessionState.SCHEDULED, starts_at__gt=now)


class Session(models.Model):
    """A dated offer with a capacity. ``seats_taken`` is the one guarded number: only actions change it."""

    NO_PII = True
    field_trip = models.ForeignKey(FieldTrip, on_delete=models.PROTECT, related_name="sessions")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="sessions")
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    capacity = models.PositiveSmallIntegerField(_("capacity"))
    seats_taken = models.PositiveSmallIntegerField(_("places taken"), default=0)
    season = models.ForeignKey(
        Season, null=True, blank=True, on_delete=models.PROTECT, related_name="sessions", verbose_name=_("season")
    )
    series = models.ForeignKey(SessionSeries, null=True, blank=True, on_delete=models.SET_NULL, related_name="sessions")
    mode = models.CharField(
        _("way of giving places"), max_length=12, choices=BookingMode, default=BookingMode.FIRST_COME
    )
    one_group = models.BooleanField(_("one group only"), default=False)
    waiting_policy = models.CharField(max_length=10, choices=WaitingPolicy, default=WaitingPolicy.FIRST_FIT)
    booking_opens_at = models.DateTimeField(_("booking opens"))
    booking_closes_at = models.DateTimeField(_("booking closes"))
    state = models.CharField(_("state"), max_length=10, choices=SessionState, default=SessionState.SCHEDULED)
    closed_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at"]
        verbose_name, verbose_name_plural = _("session"), _("sessions")
        constraints = [
            models.CheckConstraint(condition=Q(seats_taken__lte=F("capacity")), name="session_never_overbooked"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="session_has_length"),
        ]
        indexes = [
            models.Index(fields=["field_trip", "starts_at"], name="session_trip_start"),
            models.Index(fields=["state", "starts_at"], name="session_state_start"),
        ]

    def __str__(self) -> str:
        return f"{self.field_trip} · {timezone.localtime(self.starts_at):%d/%m/%Y %H:%M}"

    @property
    def seats_left(self) -> int:
        """Places that a further group could take; none once a one-group session has its group."""
        if self.one_group and self.seats_taken:
            return 0
        return self.capacity - self.seats_taken

    @property
    def largest_group(self) -> int:
        """How many pupils a group may have: no more than the trip takes, nor than the session has places."""
        return min(self.capacity, self.field_trip.max_pupils)
