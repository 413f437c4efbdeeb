"""A question to an authority: the columns of every table that holds some."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programs.authorities.choices import ApprovalKind, ApprovalState, AskedAgain, Office, StandIn


class Question(models.Model):
    """Who is asked for a yes now, since when and until when, and why they and not the one before."""

    kind = models.CharField(_("approval"), max_length=12, choices=ApprovalKind)
    state = models.CharField(_("status"), max_length=10, choices=ApprovalState, default=ApprovalState.ASKED)
    asked_of = models.CharField(_("asked"), max_length=12, choices=Office, blank=True)  # the last one; else the first
    stands_in = models.CharField(_("why not the one before"), max_length=10, choices=StandIn, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)  # the office in ``asked_of``
    answer_by = models.DateTimeField(null=True, blank=True)  # before the next is asked
    asked_again = models.CharField(_("why again"), max_length=10, choices=AskedAgain, blank=True)

    class Meta:
        abstract = True

    @property
    def office(self) -> str:
        """Who is asked now."""
        return self.asked_of or self.kind
