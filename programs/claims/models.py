"""The registration of a school by somebody who works there."""

from __future__ import annotations

from django.conf import settings
from django.core.signing import Signer
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programs.claims.choices import OPEN_CLAIMS, ClaimState
from programs.core.fates import ACT, EMPTIED, MASK, OWN, SECRET, SHOWN, STAYS, UNSAID, becomes, until
from programs.core.phones import show_phone
from programs.schools.models import School

USER = settings.AUTH_USER_MODEL
FORMER_STAFF = "Nhân sự đã xóa dữ liệu"
CLAIM = EMPTIED | until("claims.refused") | SHOWN
LINK = Signer(salt="programs.claims.page")
WAITING = Signer(salt="programs.claims.waiting")
CONFIRMING = Signer(salt="programs.claims.confirm")


class SchoolClaim(models.Model):
    """A coordinator's registration form for a school, and what the authority said of it."""

    PII = {
        "full_name": CLAIM | becomes(FORMER_STAFF), "email": CLAIM | OWN, "phone": CLAIM, "position": CLAIM,
        "message": CLAIM | MASK, "reason": CLAIM | UNSAID | MASK, "coordinator": STAYS | OWN | SHOWN, "decided_by": ACT | SHOWN,
        "key_hash": SECRET,
    }  # fmt: skip
    MOVES_WITH_SCHOOL = None
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="claims")
    full_name = models.CharField(_("full name"), max_length=150)
    position = models.CharField(_("position"), max_length=120)
    email = models.EmailField(_("work email"))
    phone = models.CharField(_("phone number"), max_length=20)
    message = models.TextField(_("message to the authority"), blank=True, max_length=1000)
    state = models.CharField(_("status"), max_length=12, choices=ClaimState, default=ClaimState.UNCONFIRMED)
    reason = models.TextField(_("reason"), blank=True)
    key_hash = models.CharField(max_length=64, unique=True, editable=False)  # of the form's key: sent twice, it is one
    confirm_until = models.DateTimeField(default=timezone.now)  # how long the link of the letter works
    letters = models.PositiveSmallIntegerField(default=1)  # that asked to confirm the address
    sent_at = models.DateTimeField(default=timezone.now)  # last: a corrected one waits from its correction on
    reminded_at = models.DateTimeField(null=True, blank=True)  # the authority, that it waits
    claimant_reminded_at = models.DateTimeField(null=True, blank=True)  # that it was returned
    decided_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    coordinator = models.ForeignKey(
        USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="school_claims"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at"]
        verbose_name, verbose_name_plural = _("school registration"), _("school registrations")
        constraints = [
            models.UniqueConstraint(
                fields=["school"], condition=Q(state__in=OPEN_CLAIMS), name="one_open_claim_per_school"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school} · {self.full_name}"

    @property
    def link_token(self) -> str:
        """The secret of the claimant's own page: signed, so nothing of it has to be stored."""
        return LINK.sign(self.pk)

    @property
    def waiting_token(self) -> str:
        """Of the page on which whoever filled in the form waits for the letter: it opens nothing else."""
        return WAITING.sign(self.pk)

    @property
    def confirm_token(self) -> str:
        """Only in the letter: who has it reads the mail of the address."""
        return CONFIRMING.sign(self.pk)

    @property
    def phone_shown(self) -> str:
        return show_phone(self.phone)
