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
    """A fair draw of one session's or one season's places, which anybody can repeat from what is published.

    Who runs it knows neither the secret before the draw nor can the server choose the digits: the SHA-256 of the
    secret goes out with the list, and the digits come from a public source of a later day.
    """

    NO_PII = True
    reference = models.CharField(max_length=16, unique=True, editable=False)
    season = models.OneToOneField(Season, null=True, blank=True, on_delete=models.PROTECT, related_name="ballot")
    session = models.OneToOneField(Session, null=True, blank=True, on_delete=models.PROTECT, related_name="ballot")
    closes_at = models.DateTimeField(_("entries until"))
    state = models.CharField(_("status"), max_length=10, choices=BallotState, default=BallotState.OPEN)
    source = models.CharField(_("public source of the digits"), max_length=200)
    source_date = models.DateField(_("day of the source"))  # after entries close
    digit_count = models.PositiveSmallIntegerField(_("number of digits"), default=6)  # so that there is one spelling
    digits = models.CharField(_("digits"), max_length=40, blank=True)  # as one person read them at the source
    digits_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    digits_at = models.DateTimeField(null=True, blank=True)
    secret = models.CharField(max_length=64, blank=True, editable=False)  # nobody reads it before the draw
    commitment = models.CharField(max_length=64, blank=True)  # SHA-256 of the secret, published with the list
    seed = models.CharField(_("seed"), max_length=64, blank=True)  # SHA-256 of secret, digits and reference
    algorithm = models.PositiveSmallIntegerField(default=2)
    factors = models.JSONField(_("points"), default=dict)  # what weighs how much: ``rules.FACTORS`` names them
    published = models.TextField(blank=True)  # the list of entries to the last byte: the draw reads nothing else
    entries_hash = models.CharField(max_length=64, blank=True)  # of the published list
    cancelled = models.JSONField(default=list)  # sessions taken out between the list and the draw, public too
    closed_at = models.DateTimeField(null=True, blank=True)
    drawn_at = models.DateTimeField(null=True, blank=True)
    drawn_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    sending_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    sent_at = models.DateTimeField(null=True, blank=True)
    reminded_on = models.DateField(null=True, blank=True)  # those who run it, that something waits for them

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
    """A class's one ticket in a draw: its group, what it would like in order (``wishes``), and its result."""

    PII = fates_of_group(UNTIL_RESULTS) | {
        "leader": stays(_("They are the record of a public draw and are only linked to an account without a name.")) | OWN,
        "weight_facts": PLAIN, "ticket": PLAIN, "reason": PLAIN,
    }  # fmt: skip
    MOVES_WITH_SCHOOL = Q(outcome=EntryOutcome.ENTERED)
    ballot = models.ForeignKey(Ballot, on_delete=models.CASCADE, related_name="entries")
    number = models.PositiveIntegerField(_("number"))  # in the published list
    drew = models.ForeignKey(  # what the draw gave it, as anybody repeats it; never changed again
        Session, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    session = models.ForeignKey(  # what it won: none where what it drew could not be booked
        Session, null=True, blank=True, on_delete=models.PROTECT, related_name="ballot_entries"
    )
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="ballot_entries")
    class_group = models.ForeignKey(ClassGroup, on_delete=models.PROTECT, related_name="ballot_entries")
    leader = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    wait_if_lost = models.BooleanField(_("join the waiting list if not drawn"), default=False)
    weight = models.DecimalField(_("weight of the school"), max_digits=8, decimal_places=4, null=True, blank=True)
    weight_facts = models.JSONField(default=dict)  # what the weight was computed from
    ticket = models.CharField(max_length=64, blank=True)  # its number in the draw, from the seed
    place = models.PositiveIntegerField(null=True, blank=True)  # in the drawn order, from 1
    outcome = models.CharField(_("outcome"), max_length=10, choices=EntryOutcome, default=EntryOutcome.ENTERED)
    reason = models.CharField(max_length=20, blank=True)  # code of why it won nothing
    booking = models.OneToOneField(
        Booking, null=True, blank=True, on_delete=models.SET_NULL, related_name="ballot_entry"
    )
    settled_at = models.DateTimeField(null=True, blank=True)  # booked or queued, and its letter written
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["ballot", "number"], name="one_entry_per_number"),
            models.UniqueConstraint(
                fields=["ballot", "class_group"],
                condition=~Q(outcome="withdrawn"),
                name="one_ticket_per_class",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ballot_id}:{self.number}"

    @property
    def said(self) -> dict[str, Any]:
        """What its school said, as the form names it."""
        return self.said_of_group | {f"wish_{place}": str(session) for place, session in enumerate(self.wished, 1)}

    @property
    def said_of_group(self) -> dict[str, Any]:
        return vars(self.group) | {"wait_if_lost": self.wait_if_lost}

    @property
    def wished(self) -> list[int]:
        """The sessions that the class would like, the best first."""
        return [wish.session_id for wish in self.wishes.all()]

    @property
    def won(self) -> bool:
        return self.outcome == EntryOutcome.WON

    @property
    def was_lost(self) -> bool:
        """Whether it was drawn, and its places could not be booked when the results were sent."""
        return self.outcome == EntryOutcome.LOST and self.drew_id is not None

    @property
    def why(self) -> str:
        """Why it won nothing, in the language of the reader."""
        words = reason_words(self.reason)
        if not self.was_lost:
            return words
        return _("It was drawn, but could not be booked: {reason}").format(reason=words)


class Wish(models.Model):
    """A session that a class would like, the best first."""

    NO_PII = True
    entry = models.ForeignKey(BallotEntry, on_delete=models.CASCADE, related_name="wishes")
    position = models.PositiveSmallIntegerField()  # from 1
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="wishes")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "position"], name="one_wish_per_position"),
            models.UniqueConstraint(fields=["entry", "session"], name="one_wish_per_session"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id}:{self.position}"
