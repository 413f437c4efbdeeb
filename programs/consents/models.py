from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from programs.consents.choices import ConsentChannel, ConsentGiver, ConsentPurpose, ConsentState
from programs.core.fates import ACT, FILE, GOES, OWN, PLAIN, PRESENCE, SECRET, STAYS, row_until
from programs.pupils.models import WITH_RECORD, Pupil
from programs.schools.models import School

USER = settings.AUTH_USER_MODEL
LINK = GOES | row_until("schools.guardian_links")


class ConsentText(models.Model):
    """The exact wording of a question. A new version asks again; old versions stay readable."""

    NO_PII = True
    purpose = models.CharField(_("purpose"), max_length=12, choices=ConsentPurpose)
    version = models.PositiveSmallIntegerField(_("version"))
    title = models.CharField(_("title"), max_length=200)
    title_en = models.CharField(_("title in English"), max_length=200)
    body = models.TextField(_("text"))
    body_en = models.TextField(_("text in English"))
    in_force_from = models.DateField(_("in force from"))

    class Meta:
        ordering = ["purpose", "-version"]
        verbose_name, verbose_name_plural = _("consent text"), _("consent texts")
        constraints = [models.UniqueConstraint(fields=["purpose", "version"], name="one_text_per_version")]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} · {self.version}"

    @property
    def local_title(self) -> str:
        return self.title_en if get_language() == "en" else self.title

    @property
    def points(self) -> list[tuple[str, str]]:
        """The text in the reader's language, point by point: what, what for, who sees it, how long …"""
        body = self.body_en if get_language() == "en" else self.body
        return [(lead, words) for lead, _colon, words in (line.partition(": ") for line in body.split("\n") if line)]


class Consent(models.Model):
    """One row per pupil, purpose, text version and giver (Law 91/2025/QH15, article 24).

    The row holds where the ledger of its signatures stands; each change is an audit row. A consent is never deleted
    when it is withdrawn: that it existed is part of the evidence.
    """

    PII = {
        "pupil": STAYS | OWN, "given_by_name": WITH_RECORD, "relation": WITH_RECORD,
        "evidence_hash": PLAIN, "recorded_by": ACT,
        "alone": PLAIN, "fresh_card": PLAIN,
    }  # fmt: skip
    MOVES_WITH_SCHOOL = None  # the evidence belongs to the school that took it
    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=12, choices=ConsentPurpose)
    text_version = models.PositiveSmallIntegerField(default=1)
    giver = models.CharField(max_length=10, choices=ConsentGiver)
    state = models.CharField(max_length=10, choices=ConsentState, default=ConsentState.ASKED)
    given_by_name = models.CharField(_("given by"), max_length=150, blank=True)
    relation = models.CharField(_("relation to the pupil"), max_length=60, blank=True)
    channel = models.CharField(_("method"), max_length=10, choices=ConsentChannel, blank=True)
    evidence_hash = models.CharField(max_length=64, blank=True)  # of the scan, or of what was agreed to on the page
    recorded_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    school = models.ForeignKey(
        School, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # that took it
    alone = models.BooleanField(default=False)  # nobody else was asked when it was answered
    fresh_card = models.BooleanField(default=False)  # from an account that a printed card had just opened
    asked_at = models.DateTimeField(default=timezone.now)
    given_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pupil", "purpose", "text_version", "giver"], name="one_consent_per_purpose_version_giver"
            ),
            models.CheckConstraint(
                condition=~Q(state="given") | (~Q(evidence_hash="") & Q(given_at__isnull=False)),
                name="no_consent_without_evidence",
            ),
        ]
        indexes = [models.Index(fields=["purpose", "state", "pupil"], name="consent_in_force")]

    def __str__(self) -> str:
        return f"{self.pupil_id} · {self.purpose} · {self.state}"


class Signature(models.Model):
    """One line of the ledger: what somebody said about a purpose, on the day on which they said it.

    A line is added and never changed. What is in force follows from all of them (``rules.standing``), in the order
    of the days on which they were signed, whenever they were recorded.
    """

    PII = {
        "pupil": STAYS | OWN, "name": WITH_RECORD, "relation": WITH_RECORD,
        "evidence_path": WITH_RECORD | FILE | PRESENCE, "evidence_hash": PLAIN, "recorded_by": ACT,
        "fresh_card": PLAIN, "settles": PLAIN,
    }  # fmt: skip
    MOVES_WITH_SCHOOL = None
    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="signatures")
    purpose = models.CharField(max_length=12, choices=ConsentPurpose)
    text_version = models.PositiveSmallIntegerField()
    giver = models.CharField(max_length=10, choices=ConsentGiver)
    said = models.CharField(max_length=10, choices=ConsentState)
    signed_at = models.DateTimeField()
    name = models.CharField(_("given by"), max_length=150, blank=True)  # empty: for whoever may answer
    relation = models.CharField(_("relation to the pupil"), max_length=60, blank=True)
    channel = models.CharField(_("method"), max_length=10, choices=ConsentChannel, blank=True)
    evidence_path = models.CharField(max_length=200, blank=True)
    evidence_hash = models.CharField(max_length=64, blank=True)
    school = models.ForeignKey(School, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    recorded_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    fresh_card = models.BooleanField(default=False)  # from an account that a printed card had just opened
    settles = models.BooleanField(default=False)  # from the paper that ended a disagreement

    class Meta:
        ordering = ["signed_at", "pk"]
        verbose_name, verbose_name_plural = _("answer"), _("answers")

    def __str__(self) -> str:
        return f"{self.pupil_id} · {self.purpose} · {self.said}"

    @property
    def signed_on(self) -> date:
        return timezone.localdate(self.signed_at)

    @property
    def is_late_paper(self) -> bool:
        """Recorded after the day on which it was signed."""
        return self.channel == ConsentChannel.PAPER and self.signed_on < timezone.localdate(self.recorded_at)


class GuardianLink(models.Model):
    """A guardian's personal link to one pupil's consents and data; only the hash of its token is stored."""

    PII = {
        "pupil": LINK | OWN, "guardian_name": LINK, "relation": LINK, "created_by": ACT, "token_hash": SECRET,
        "made_for": PLAIN,
    }  # fmt: skip
    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="guardian_links")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    guardian_name = models.CharField(_("guardian"), max_length=150, blank=True)
    relation = models.CharField(_("relation to the pupil"), max_length=60, blank=True)
    made_for = models.CharField(max_length=60, blank=True, editable=False)  # the mother or the father alone
    created_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    first_used_at = models.DateTimeField(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name, verbose_name_plural = _("guardian's link"), _("guardians' links")

    def __str__(self) -> str:
        return f"#{self.pk}"
