"""The fair draw of places."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from programs.ballots.choices import BallotState, EntryOutcome, reason_words
from programs.bookings.models import Booking, GroupColumns, fates_of_group
from programs.centres.models import Season, Session
from programs.core.fates import LASTS, OWN, PLAIN, stays
from programs.pupils.models import ClassGroup
from programs.schools.models import School

USER = settings.AUTH_USER_MODEL
UNTIL_RESULTS = LASTS  # no rule waits for it: sending the results empties it


class Ballot(models.Model):
    """A fair draw of one session's or one season's places, which anybody can repeat from its seed and entries."""

    NO_PII = True
    reference = models.CharField(max_length=16, unique=True, editable=False)
    season = models.OneToOneField(Season, null=True, blank=True, on_delete=models.PROTECT, related_name="ballot")
    session = models.OneToOneField(Session, null=True, blank=True, on_delete=models.PROTECT, related_name="ballot")
    closes_at = models.DateTimeField(_("entries until"))
    state = models.CharField(_("status"), max_length=10, choices=BallotState, default=BallotState.OPEN)
    seed = models.CharField(_("seed"), max_length=120, blank=True)
    seed_source = models.CharField(_("source of the seed"), max_length=300, blank=True)
    algorithm = models.PositiveSmallIntegerField(default=1)
    factors = models.JSONField(_("points"), default=dict)  # what weighs how much: ``rules.ballot.FACTORS`` names them
    published = models.TextField(blank=True)  # the list of entries to the last byte: the draw reads nothing else
    entries_hash = models.CharField(max_length=64, blank=True)  # of the published list, before the seed is known
    closed_at = models.DateTimeField(null=True, blank=True)
    drawn_at = models.DateTimeField(null=True, blank=True)
    drawn_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-closes_at"]
        verbose_name, verbose_name_plural = _("ballot"), _("ballots")
        constraints = [
            models.CheckConstraint(
                condition=Q(season__isnull=False, session__isnull=True) | Q(season__isnull=True, session__isnull=False),
                name="a_ballot_is_of_a_season_or_a_session",
            )
        ]

    def __str__(self) -> str:
        return self.reference


class BallotEntry(GroupColumns):
    """A group's entry in a draw, with its weight and result."""

    PII = fates_of_group(UNTIL_RESULTS) | {
        "leader": stays(_("They are the record of a public draw and are only linked to an account without a name.")) | OWN,
        "weight_facts": PLAIN, "ticket": PLAIN, "reason": PLAIN,
    }  # fmt: skip
    MOVES_WITH_SCHOOL = Q(outcome=EntryOutcome.ENTERED)
    ballot = models.ForeignKey(Ballot, on_delete=models.CASCADE, related_name="entries")
    number = models.PositiveIntegerField(_("number"))  # in the published list
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="ballot_entries")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="ballot_entries")
    class_group = models.ForeignKey(ClassGroup, on_delete=models.PROTECT, related_name="ballot_entries")
    leader = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    wait_if_lost = models.BooleanField(_("join the waiting list if not drawn"), default=False)
    weight = models.DecimalField(_("weight"), max_digits=8, decimal_places=4, null=True, blank=True)
    weight_facts = models.JSONField(default=dict)  # what the weight was computed from
    ticket = models.CharField(max_length=64, blank=True)  # its number in the draw, from the seed
    place = models.PositiveIntegerField(null=True, blank=True)  # in the drawn order, from 1
    outcome = models.CharField(_("outcome"), max_length=10, choices=EntryOutcome, default=EntryOutcome.ENTERED)
    reason = models.CharField(max_length=20, blank=True)  # code of why it won nothing
    booking = models.OneToOneField(
        Booking, null=True, blank=True, on_delete=models.SET_NULL, related_name="ballot_entry"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["ballot", "number"], name="one_entry_per_number"),
            models.UniqueConstraint(
                fields=["ballot", "session", "class_group"],
                condition=~Q(outcome="withdrawn"),
                name="one_entry_per_class_and_session",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ballot_id}:{self.number}"

    @property
    def said(self) -> dict[str, Any]:
        """What its school said, as the form names it."""
        return vars(self.group) | {"wait_if_lost": self.wait_if_lost}

    @property
    def won(self) -> bool:
        return self.outcome == EntryOutcome.WON

    @property
    def why(self) -> str:
        """Why it won nothing, in the language of the reader."""
        return reason_words(self.reason)
