"""Innovation centres, their rooms, hours and staff."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from programs.schools.models import Area
from programs.visits.choices import (
    CentreRole,
    Weekday,
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
    opening_hours = models.CharField(_("opening hours"), max_length=200, blank=True)
    opening_hours_en = models.CharField(_("opening hours in English"), max_length=200, blank=True)
    accessibility = models.TextField(_("accessibility"), blank=True)
    accessibility_en = models.TextField(_("accessibility in English"), blank=True)
    bookings_per_school = models.PositiveSmallIntegerField(_("live bookings of one school at most"), default=12)
    confirm_days = models.PositiveSmallIntegerField(_("days before the session to confirm"), default=3)
    count_locks_days = models.PositiveSmallIntegerField(
        _("days before the session when the head count is fixed"), default=2
    )
    offer_hours = models.PositiveSmallIntegerField(_("hours that an offer of places stands"), default=48)
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

    NO_PII = True
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
