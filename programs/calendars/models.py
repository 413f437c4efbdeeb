"""Addresses from which a calendar program reads visits."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from programs.centres.models import Centre
from programs.core.fates import GOES, OWN, PLAIN, SECRET, row_until

USER = settings.AUTH_USER_MODEL


class CalendarFeed(models.Model):
    """A secret address from which a calendar program reads a teacher's or a centre's visits. Revocable."""

    PII = {
        "user": GOES | row_until("visits.feeds") | OWN,
        "token_hash": SECRET,
        "last_read_on": PLAIN,
        "shown_hash": PLAIN,
    }
    user = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="calendar_feeds")
    centre = models.ForeignKey(Centre, null=True, blank=True, on_delete=models.CASCADE, related_name="calendar_feeds")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    last_read_on = models.DateField(null=True, blank=True)
    shown_hash = models.CharField(max_length=64, blank=True, editable=False)  # of what it showed when it was last read
    shown_since = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"#{self.pk}"
