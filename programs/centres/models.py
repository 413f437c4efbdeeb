"""Centres with their rooms and people, field trips, seasons, series and sessions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from programs.centres.choices import BookingMode, CentreRole, PaperKind, SessionState, WaitingPolicy, Weekday
from programs.core.choices import Level, level_of_grade
from programs.core.fates import LASTS, MASK, OWN, PLAIN, SHOWN, UNSAID, stays
from programs.core.models import SchoolYear
from programs.schools.models import Area

USER = settings.AUTH_USER_MODEL
RECORD = stays(_("They are records of the centre and the school, and are only linked to an account without a name."))


def in_language(vietnamese: str, english: str) -> str:
    """The English text for English readers, where there is one."""
    return english if english and get_language() == "en" else vietnamese


class Centre(models.Model):
    """An innovation centre that receives classes."""

    NO_PII = True
    code = models.CharField(_("code"), max_length=10, unique=True)
    name = models.CharField(_("name"), max_length=150)
    name_en = models.CharField(_("name in English"), max_length=150, blank=True)
    ward = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="centres", verbose_name=_("ward"))
    address = models.CharField(_("address"), max_length=250)
    phone = models.CharField(_("phone number"), max_length=20)
    email = models.EmailField(_("email"))
    opening_hours = models.CharField(_("opening hours"), max_length=200, blank=True)
    opening_hours_en = models.CharField(_("opening hours in English"), max_length=200, blank=True)
    accessibility = models.TextField(_("accessibility"), blank=True)
    accessibility_en = models.TextField(_("accessibility in English"), blank=True)
    bookings_per_school = models.PositiveSmallIntegerField(_("maximum live bookings per school"), default=12)
    confirm_days = models.PositiveSmallIntegerField(_("days before the session to confirm"), default=3)
    count_locks_days = models.PositiveSmallIntegerField(
        _("days before the session when the head count is finalised"), default=2
    )
    offer_hours = models.PositiveSmallIntegerField(_("hours an offer of places is kept"), default=48)
    reopen_days = models.PositiveSmallIntegerField(_("days in which a closed session can be reopened"), default=7)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ["name"]
        verbose_name, verbose_name_plural = _("centre"), _("centres")

    def __str__(self) -> str:
        return self.name

    @property
    def local_name(self) -> str:
        """The name in the reader's language."""
        return in_language(self.name, self.name_en)


class Room(models.Model):
    NO_PII = True
    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="rooms")
    name = models.CharField(_("name"), max_length=80)
    capacity = models.PositiveSmallIntegerField(_("capacity"))

    class Meta:
        ordering = ["name"]
        verbose_name, verbose_name_plural = _("room"), _("rooms")
        constraints = [models.UniqueConstraint(fields=["centre", "name"], name="one_room_of_a_name")]

    def __str__(self) -> str:
        return self.name


class CentreStaffQuerySet(models.QuerySet):
    def current(self) -> CentreStaffQuerySet:
        """Posts that are held today. An end may be planned: the post ends that day."""
        return self.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=timezone.localdate()))


class CentreStaff(models.Model):
    PII = {"user": RECORD | OWN | SHOWN, "ended_on": PLAIN}
    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="staff")
    user = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="centre_posts")
    role = models.CharField(_("role"), max_length=10, choices=CentreRole, default=CentreRole.STAFF)
    ended_on = models.DateField(null=True, blank=True)

    objects = CentreStaffQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("centre staff"), _("centre staff")
        constraints = [models.UniqueConstraint(fields=["centre", "user"], name="one_post_in_a_centre")]

    def __str__(self) -> str:
        return f"{self.user} · {self.centre}"


class OpeningHours(models.Model):
    """When a centre receives groups on a day of the week; a day without a row is closed."""

    NO_PII = True
    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField(_("day of the week"), choices=Weekday)
    opens_at = models.TimeField(_("opens"))
    closes_at = models.TimeField(_("closes"))

    class Meta:
        ordering = ["weekday", "opens_at"]
        verbose_name, verbose_name_plural = _("opening hours"), _("opening hours")
        constraints = [
            models.UniqueConstraint(fields=["centre", "weekday", "opens_at"], name="one_opening_a_time"),
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="opening_has_length"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens_at:%H:%M}-{self.closes_at:%H:%M}"


class Blackout(models.Model):
    """Days on which a centre, or one of its rooms, receives nobody."""

    PII = {"reason": MASK | LASTS | UNSAID | SHOWN, "starts_on": PLAIN, "ends_on": PLAIN}
    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="blackouts")
    room = models.ForeignKey(
        Room, null=True, blank=True, on_delete=models.CASCADE, related_name="blackouts", verbose_name=_("room")
    )
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    reason = models.CharField(_("reason"), max_length=200)

    class Meta:
        ordering = ["starts_on"]
        verbose_name, verbose_name_plural = _("closed days"), _("closed days")
        constraints = [models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="blackout_has_length")]

    def __str__(self) -> str:
        return self.reason


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
    max_pupils = models.PositiveSmallIntegerField(_("maximum pupils"), default=40)
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

    def largest_group(self, *, places: int) -> int:
        """How many pupils a group may have where there are ``places``: in a session, or in the largest room."""
        return min(places, self.max_pupils)

    def ratio_for(self, level: Level, *, own: Mapping[Level, int | None]) -> int:
        """How many pupils of the level one adult may accompany: the level's ``own`` ratio, or else the trip's."""
        return own.get(level) or self.pupils_per_adult

    @property
    def levels(self) -> list[Level]:
        return list(dict.fromkeys(level_of_grade(grade) for grade in range(self.grade_from, self.grade_to + 1)))


class AdultRatio(models.Model):
    """How many pupils of a level one adult may accompany; without a row the trip's own ratio applies."""

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


class Season(models.Model):
    """A stretch of sessions that opens as one: first come, or by ballot; quotas and opening times are its data."""

    NO_PII = True
    code = models.CharField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=150)
    name_en = models.CharField(_("name in English"), max_length=150, blank=True)
    school_year = models.ForeignKey(SchoolYear, on_delete=models.PROTECT, related_name="+")
    mode = models.CharField(
        _("how places are allocated"), max_length=12, choices=BookingMode, default=BookingMode.FIRST_COME
    )
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    bookings_per_school = models.PositiveSmallIntegerField(_("maximum bookings per school"), default=6)

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
    skipped = models.JSONField(default=list)  # [{"at", "why"}]: what was left out, for later questions
    created_by = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.field_trip} {self.starts_on:%d/%m/%Y}"


ROOM_FREE = "session_room_free"  # the database's refusal of two sessions in one room at one time (migration 0003)


TURN = ("turn_after_passes", "turn_after_days")
TURN_AFTER_PASSES, TURN_AFTER_DAYS = 3, 14  # what a new session begins with


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
        _("how places are allocated"), max_length=12, choices=BookingMode, default=BookingMode.FIRST_COME
    )
    one_group = models.BooleanField(_("one group only"), default=False)
    waiting_policy = models.CharField(max_length=10, choices=WaitingPolicy, default=WaitingPolicy.FIRST_FIT)
    # A larger group that smaller ones overtake: after so many times, or so many days, places are kept for it.
    turn_after_passes = models.PositiveSmallIntegerField(default=TURN_AFTER_PASSES)
    turn_after_days = models.PositiveSmallIntegerField(default=TURN_AFTER_DAYS)
    booking_opens_at = models.DateTimeField(_("booking opens"))
    booking_closes_at = models.DateTimeField(_("booking closes"))
    state = models.CharField(_("status"), max_length=10, choices=SessionState, default=SessionState.SCHEDULED)
    closed_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    somebody_first: bool  # of those who wait: read with a session that is being booked

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
        """Places another group could take; none once a one-group session has its group."""
        if self.one_group and self.seats_taken:
            return 0
        return self.capacity - self.seats_taken

    def turn_of(self, *, since: datetime) -> datetime:
        """When the turn comes of a group that waits since then, however seldom it is passed over."""
        return since + timedelta(days=self.turn_after_days)

    @property
    def place(self) -> dict[str, object]:
        """When and where it is, as a form asks for it."""
        local = timezone.localtime(self.starts_at)
        return {"day": local.date(), "clock": local.time(), "room": self.room_id}

    @property
    def largest_group(self) -> int:
        """How many pupils a group may have: no more than the trip takes, nor than the session has places."""
        return self.field_trip.largest_group(places=self.capacity)
