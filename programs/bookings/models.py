"""A class that comes or wants to come, its papers, approvals and pupils."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from programs.bookings.choices import CAME, LIVE, SEAT_COUNTED, SEAT_HOLDING, UNFINISHED, BookingState
from programs.centres.models import RECORD, Session
from programs.core.fates import (
    ACT,
    EMPTIED,
    LASTS,
    MASK,
    OWN,
    PLAIN,
    PRESENCE,
    SECRET,
    SHOWN,
    UNSAID,
    Fate,
    until,
)
from programs.core.phones import show_phone
from programs.core.references import random_code
from programs.pupils.models import COUNTED, ClassGroup, Pupil
from programs.schools.models import School

USER = settings.AUTH_USER_MODEL


def new_pass_code() -> str:
    """The secret of a group's pass: 130 bits that nobody guesses."""
    return random_code(26)


class BookingQuerySet(models.QuerySet):
    def live(self) -> BookingQuerySet:
        return self.filter(state__in=LIVE)

    def waiting(self) -> BookingQuerySet:
        """The waiting list in its order: first come, first served."""
        return self.filter(state=BookingState.WAITLISTED).order_by("waiting_since", "id")

    def came(self) -> BookingQuerySet:
        return self.filter(state__in=CAME)


ABOUT_PUPILS = EMPTIED | MASK | PRESENCE  # told is that something was noted, not what: it speaks of the pupils


@dataclass(frozen=True, kw_only=True)
class Group:
    """The class that would come, and what its school says of it, on the way from the form to the row."""

    class_group: ClassGroup
    pupils: int
    adults: int
    contact_phone: str
    needs: str = ""
    note: str = ""

    @property
    def school(self) -> School:
        return self.class_group.school

    def as_body(self) -> dict[str, Any]:
        """What the key of a form is good for: the same key with another group is refused."""
        return vars(self) | {"class_group": self.class_group.pk}


class GroupColumns(models.Model):
    """The columns of a group. Its school, class and leader belong to each table, which looks them up its own way."""

    PII = {"contact_phone": EMPTIED, "needs": ABOUT_PUPILS, "note": ABOUT_PUPILS}  # what ends it: fates_of_group
    contact_phone = models.CharField(_("phone number on the day"), max_length=20)
    pupils = models.PositiveSmallIntegerField(_("pupils"))
    adults = models.PositiveSmallIntegerField(_("accompanying adults"))
    needs = models.TextField(_("access and medical needs (for the centre only)"), blank=True, max_length=1000)
    note = models.TextField(_("note to the centre"), blank=True, max_length=1000)

    class Meta:
        abstract = True

    @property
    def group(self) -> Group:
        return Group(class_group=self.class_group, **{name: getattr(self, name) for name in GROUP})

    @property
    def size(self) -> dict[str, int]:
        """What the log keeps of the group: nothing personal."""
        return {name: getattr(self, name) for name in GROUP if name not in GroupColumns.PII}

    @property
    def shown_phone(self) -> str:
        return show_phone(self.contact_phone)


def fates_of_group(end: Fate) -> dict[str, Fate]:
    """The personal columns of a group in a table where ``end`` says what ends their time."""
    return {name: fate | end for name, fate in GroupColumns.PII.items()}


class Booking(GroupColumns):
    """A school's request for places in a session. Three head counts are kept apart: booked, confirmed and arrived."""

    PII = fates_of_group(until("visits.contacts")) | {
        "leader": RECORD | OWN | SHOWN, "alternative": MASK | LASTS | PRESENCE | SHOWN,
        "end_reason": MASK | LASTS | UNSAID | SHOWN, "override_reason": MASK | LASTS | UNSAID | SHOWN,
        "override_by": ACT | SHOWN, "checked_in_by": ACT | SHOWN,
        "reference": PLAIN, "key_hash": SECRET, "body_hash": SECRET,
        "pass_code": SECRET,  # it opens doors
    }  # fmt: skip
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
    girls = models.PositiveSmallIntegerField(_("of whom girls"), null=True, blank=True)
    seats = models.PositiveSmallIntegerField(default=0)  # what it holds of the session now: only the guard writes it
    confirmed_pupils = models.PositiveSmallIntegerField(_("pupils confirmed"), null=True, blank=True)
    confirmed_adults = models.PositiveSmallIntegerField(_("adults confirmed"), null=True, blank=True)
    state = models.CharField(_("status"), max_length=20, choices=BookingState)
    # What it was before it was noted that nobody came: there it returns when that is taken back.
    state_before = models.CharField(max_length=20, choices=BookingState, blank=True)
    unannounced = models.BooleanField(_("came unannounced"), default=False)  # written at the door
    key_hash = models.CharField(max_length=64, null=True, blank=True, unique=True, editable=False)  # of the form's key
    body_hash = models.CharField(max_length=64, blank=True, editable=False)
    pass_code = models.CharField(max_length=26, unique=True, editable=False, default=new_pass_code)
    offered_at = models.DateTimeField(null=True, blank=True)
    offer_expires_at = models.DateTimeField(null=True, blank=True)
    warned_at = models.DateTimeField(null=True, blank=True)  # that its papers are due, or that its offer ends
    override_reason = models.CharField(_("reason for the exception"), max_length=300, blank=True)
    override_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    waiting_since = models.DateTimeField(null=True, blank=True)
    passes = models.PositiveSmallIntegerField(default=0)  # how often a smaller group was offered places before it
    turn_at = models.DateTimeField(null=True, blank=True)  # from when on places are kept for it
    papers_due_at = models.DateTimeField(null=True, blank=True)
    asked_again_at = models.DateTimeField(null=True, blank=True)  # a confirmed visit, about what changed
    answers_due_at = models.DateTimeField(null=True, blank=True)  # as long as it waits for that
    grace_given_at = models.DateTimeField(null=True, blank=True)  # an answer was missing when due, and whose was told
    confirmed_at = models.DateTimeField(null=True, blank=True)
    arrived_pupils = models.PositiveSmallIntegerField(_("pupils who came"), null=True, blank=True)
    arrived_girls = models.PositiveSmallIntegerField(_("of whom girls"), null=True, blank=True)
    arrived_adults = models.PositiveSmallIntegerField(_("adults who came"), null=True, blank=True)
    checked_in_at = models.DateTimeField(null=True, blank=True)
    checked_in_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    certified_at = models.DateTimeField(null=True, blank=True)  # when the first certificates were issued
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(_("reason"), max_length=300, blank=True)
    alternative = models.CharField(_("activity of the pupils who stay at school"), max_length=300, blank=True)
    calendar_sequence = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    cluster_opens_at: datetime | None = None  # read with the waiting list

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
            models.Index(fields=["session"], condition=Q(certified_at=None, state__in=CAME), name="booking_to_certify"),
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
    def grade(self) -> int:
        """Of its class, or else the trip's lowest."""
        return self.class_group.grade if self.class_group else self.session.field_trip.grade_from

    @property
    def size_now(self) -> dict[str, int | None]:
        """As its school said it last; ``size`` is what it booked."""
        if self.confirmed_pupils is None:
            return {"pupils": self.pupils, "adults": self.adults, "girls": self.girls}
        adults = self.adults if self.confirmed_adults is None else self.confirmed_adults
        return {"pupils": self.confirmed_pupils, "adults": adults, "girls": self.girls}

    @property
    def most_pupils(self) -> int:
        """As many as may be named: a confirmed group may be smaller than its list, or larger than it was booked."""
        return max(self.pupils, self.confirmed_pupils or 0)

    @property
    def due_at(self) -> datetime | None:
        """Until when it needs something: an answer to the offer, its papers, the approvals that are asked again."""
        if self.state in (BookingState.OFFERED, BookingState.CONFIRMED):
            return self.offer_expires_at if self.state == BookingState.OFFERED else self.answers_due_at
        return self.papers_due_at if self.state in (BookingState.HELD, BookingState.PAPERS_DUE) else None

    @property
    def asked_or_offered_at(self) -> datetime:
        """From when the school could know of its deadline: when it booked, got an offer, or changed what was sure."""
        return max(filter(None, (self.created_at, self.offered_at, self.asked_again_at)))


class RosterEntry(models.Model):
    """A pupil named on a booking's list of participants."""

    PII = {"pupil": COUNTED | OWN}
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="roster")
    pupil = models.ForeignKey(Pupil, on_delete=models.PROTECT, related_name="visits")
    attended = models.BooleanField(_("came"), null=True, blank=True)

    class Meta:
        ordering = ["pupil__sort_key"]
        constraints = [models.UniqueConstraint(fields=["booking", "pupil"], name="one_place_per_pupil_in_a_booking")]

    def __str__(self) -> str:
        return str(self.pupil)


GROUP = tuple(field.name for field in GroupColumns._meta.local_fields)
