"""The day of a visit and what follows it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from programs.bookings.models import Booking
from programs.centres.models import RECORD
from programs.core.fates import ACT, EMPTIED, FILE, GOES, LASTS, MASK, OWN, PLAIN, STAYS, UNSAID, row_until
from programs.pupils.models import Pupil
from programs.visit_days.choices import LateDecision, MarkKind, Rating

USER = settings.AUTH_USER_MODEL
MARK = STAYS | row_until("visits.marks")
PICTURE = GOES | row_until("visits.photographs")


class CheckInMarkQuerySet(models.QuerySet):
    def that_count(self) -> CheckInMarkQuerySet:
        """Neither refused nor taken back; of those that arrived late only the accepted ones."""
        return self.filter(refusal="", decision__in=["", LateDecision.ACCEPTED])

    def that_wait(self) -> CheckInMarkQuerySet:
        return self.filter(refusal="", decision=LateDecision.WAITS)


class CheckInMark(models.Model):
    """What one device recorded at the door; sent when it is online, and never counted twice."""

    PII = {
        "payload": MARK | UNSAID,
        "by": EMPTIED | row_until("visits.marks") | OWN,
        "device": PLAIN,
        "refusal": PLAIN,
        "decided_by": ACT | row_until("visits.marks"),
    }
    mark_id = models.UUIDField(unique=True)  # made on the device
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="marks")
    device = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=MarkKind)
    payload = models.JSONField(default=dict)
    made_at = models.DateTimeField()  # by the portal's clock: the device's own is set right when it sends
    received_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="+")
    refusal = models.CharField(max_length=30, blank=True)  # code of why it changed nothing
    decision = models.CharField(max_length=10, choices=LateDecision, blank=True)  # if it arrived after the closing
    decided_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = CheckInMarkQuerySet.as_manager()

    class Meta:
        ordering = ["received_at", "pk"]
        indexes = [
            models.Index(fields=["booking"], condition=Q(decision=LateDecision.WAITS), name="late_marks_that_wait")
        ]

    def __str__(self) -> str:
        return str(self.mark_id)


class VisitFeedback(models.Model):
    """Four questions to the teacher after the visit."""

    PII = {"comment": EMPTIED | LASTS | MASK, "by": EMPTIED | LASTS | OWN}
    booking = models.OneToOneField(Booking, on_delete=models.CASCADE, related_name="feedback")
    content = models.PositiveSmallIntegerField(_("The activity suited our lesson"), choices=Rating)
    welcome = models.PositiveSmallIntegerField(_("The centre was well prepared for us"), choices=Rating)
    pupils_liked = models.PositiveSmallIntegerField(_("The pupils were actively involved"), choices=Rating)
    comment = models.TextField(_("What should be better next time?"), blank=True, max_length=2000)
    by = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name, verbose_name_plural = _("feedback"), _("feedback")

    def __str__(self) -> str:
        return str(self.booking_id)


class VisitPhotograph(models.Model):
    """A picture of a group's visit, in private storage, with everyone who can be recognised in it."""

    PII = {
        "pupils": PICTURE | OWN, "storage_key": PICTURE | FILE, "preview_key": PICTURE | FILE, "file_hash": PLAIN,
        "added_by": RECORD,
    }  # fmt: skip
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="photographs")
    pupils = models.ManyToManyField(Pupil, related_name="visit_photographs", blank=True)
    storage_key = models.CharField(max_length=120)
    preview_key = models.CharField(max_length=120)
    file_hash = models.CharField(max_length=64)
    added_by = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["added_at", "pk"]
        verbose_name, verbose_name_plural = _("photograph"), _("photographs")
        constraints = [models.UniqueConstraint(fields=["booking", "file_hash"], name="a_photograph_once_in_a_booking")]

    def __str__(self) -> str:
        return f"#{self.pk}"
