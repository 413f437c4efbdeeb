"""What somebody answers to a visit, and the papers it needs."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programs.authorities.models import Question
from programs.bookings.models import USER, Booking
from programs.centres.choices import PaperKind
from programs.centres.models import RECORD
from programs.core.fates import (
    FILE,
    LASTS,
    MASK,
    OWN,
    PLAIN,
    STAYS,
    row_until,
)

PAPER = STAYS | row_until("visits.papers")


class BookingApproval(Question):
    """Somebody's yes or no to a visit; which ones a visit needs follows from its risk."""

    PII = {"decided_by": RECORD | OWN, "reason": MASK | LASTS, "visit_day": PLAIN}
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="approvals")
    # What the yes was said to.
    pupils = models.PositiveSmallIntegerField(_("pupils"), null=True, blank=True)
    visit_day = models.DateField(_("day"), null=True, blank=True)
    price_vnd = models.PositiveIntegerField(_("price"), null=True, blank=True)
    decided_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["booking", "kind"], name="one_approval_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.get_state_display()}"

    def get_absolute_url(self) -> str:
        """Where it is decided."""
        return reverse(f"approval_{self.kind}", args=[self.pk])


class BookingPaper(models.Model):
    """A paper of a visit: a file in private storage, or written on the page."""

    PII = {
        "text": PAPER | MASK, "file_name": PAPER | MASK, "storage_key": PAPER | FILE, "file_hash": PLAIN,
        "handed_in_by": PAPER | RECORD | OWN,
    }  # fmt: skip
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="papers")
    kind = models.CharField(_("paper"), max_length=20, choices=PaperKind)
    text = models.TextField(_("text"), blank=True, max_length=5000)
    storage_key = models.CharField(max_length=120, blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    file_hash = models.CharField(max_length=64, blank=True)
    handed_in_by = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="+")
    handed_in_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["booking", "kind"], name="one_paper_of_a_kind")]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def contents(self) -> dict[str, str]:
        return {"text": self.text, "file": self.file_hash}
