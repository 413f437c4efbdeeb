from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from programs.core.choices import Level, level_of_grade
from programs.core.phones import show_phone
from programs.schools.models import Area, ClassGroup, Pupil, School
from programs.visits.choices import (
    CAME,
    LIVE,
    SEAT_COUNTED,
    SEAT_HOLDING,
    UNFINISHED,
    BookingState,
    CentreRole,
    SessionState,
    WaitingPolicy,
)

USER = settings.AUTH_USER_MODEL


def in_language(vietnamese: str, english: str) -> str:
    """The English words for an English reader where there are any."""
    return english if english and get_language() == "en" else vietnamese


class Centre(models.Model):
    """An innovation centre that receives classes."""

    NO_PII = True
    code = models.CharField(_("code"), max_length=10, unique=True)
    name = models.CharField(_("name"), max_length=150)
    name_en = models.CharField(_("name in English"), max_length=150, blank=True)
    ward = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="centres", verbose_name=_("ward"))
    address = models.CharField(_("address"), max_length=250)
    phone = models.CharField(_("telephone"), max_length=20)
    email = models.EmailField(_("e-mail"))
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    opening_hours = models.CharField(_("opening hours"), max_length=200, blank=True)
    opening_hours_en = models.CharField(_("opening hours in English"), max_length=200, blank=True)
    accessibility = models.TextField(_("accessibility"), blank=True)
    accessibility_en = models.TextField(_("accessibility in English"), blank=True)
    bookings_per_school = models.PositiveSmallIntegerField(_("live bookings of one school at most"), default=12)
    confirm_days = models.PositiveSmallIntegerField(_("days before the session to confirm"), default=3)
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


class CentreStaff(models.Model):
    PII = {"user"}
    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="staff")
    user = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="centre_posts")
    role = models.CharField(_("role"), max_length=10, choices=CentreRole, default=CentreRole.STAFF)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("centre staff"), _("centre staff")
        constraints = [models.UniqueConstraint(fields=["centre", "user"], name="one_post_in_a_centre")]

    def __str__(self) -> str:
        return f"{self.user} · {self.centre}"


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


class BookingQuerySet(models.QuerySet):
    def live(self) -> BookingQuerySet:
        return self.filter(state__in=LIVE)

    def holding_seats(self) -> BookingQuerySet:
        return self.filter(state__in=SEAT_HOLDING)

    def waiting(self) -> BookingQuerySet:
        """The waiting list in its order: first come, first served."""
        return self.filter(state=BookingState.WAITLISTED).order_by("waiting_since", "id")

    def came(self) -> BookingQuerySet:
        return self.filter(state__in=CAME)


class Booking(models.Model):
    """A school's request for places in a session. Booked, and arrived, are kept apart."""

    PII = {"contact_phone", "note", "needs", "alternative", "end_reason", "leader"}
    MOVES_WITH_SCHOOL = Q(state__in=UNFINISHED)
    reference = models.CharField(_("reference"), max_length=12, unique=True)
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="bookings")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="bookings")
    class_group = models.ForeignKey(
        ClassGroup, null=True, blank=True, on_delete=models.PROTECT, related_name="bookings", verbose_name=_("class")
    )
    leader = models.ForeignKey(
        USER, on_delete=models.PROTECT, related_name="led_bookings", verbose_name=_("group leader")
    )
    contact_phone = models.CharField(_("telephone on the day"), max_length=20)
    pupils = models.PositiveSmallIntegerField(_("pupils"))
    adults = models.PositiveSmallIntegerField(_("accompanying adults"))
    needs = models.TextField(_("access and medical needs (for the centre only)"), blank=True, max_length=1000)
    note = models.TextField(_("note to the centre"), blank=True, max_length=1000)
    state = models.CharField(_("state"), max_length=20, choices=BookingState)
    waiting_since = models.DateTimeField(null=True, blank=True)
    papers_due_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    arrived_pupils = models.PositiveSmallIntegerField(_("pupils who came"), null=True, blank=True)
    arrived_girls = models.PositiveSmallIntegerField(_("of whom girls"), null=True, blank=True)
    arrived_adults = models.PositiveSmallIntegerField(_("adults who came"), null=True, blank=True)
    checked_in_at = models.DateTimeField(null=True, blank=True)
    checked_in_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(_("reason"), max_length=300, blank=True)
    alternative = models.CharField(_("activity of the pupils who stay at school"), max_length=300, blank=True)
    calendar_sequence = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = BookingQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name, verbose_name_plural = _("booking"), _("bookings")
        constraints = [
            models.UniqueConstraint(
                fields=["session", "class_group"],
                condition=Q(state__in=LIVE),
                name="one_live_booking_per_class_session",
            ),
            models.CheckConstraint(condition=Q(pupils__gte=1), name="booking_has_pupils"),
            models.CheckConstraint(
                condition=Q(arrived_girls__isnull=True) | Q(arrived_girls__lte=F("arrived_pupils")),
                name="arrived_girls_within_pupils",
            ),
        ]
        indexes = [
            models.Index(fields=["session", "state"], name="booking_session_state"),
            models.Index(fields=["school", "state"], name="booking_school_state"),
            models.Index(fields=["leader", "state"], name="booking_leader_state"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def holds_seats(self) -> bool:
        return self.state in SEAT_HOLDING

    @property
    def counts_seats(self) -> bool:
        return self.state in SEAT_COUNTED

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def shown_phone(self) -> str:
        return show_phone(self.contact_phone)


class RosterEntry(models.Model):
    """A pupil named on a booking's list of participants."""

    PII = {"pupil"}
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="roster")
    pupil = models.ForeignKey(Pupil, on_delete=models.PROTECT, related_name="visits")
    attended = models.BooleanField(_("came"), null=True, blank=True)

    class Meta:
        ordering = ["pupil__sort_key"]
        constraints = [models.UniqueConstraint(fields=["booking", "pupil"], name="one_place_per_pupil_in_a_booking")]

    def __str__(self) -> str:
        return str(self.pupil)
