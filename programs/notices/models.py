from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from programs.core.fates import EMPTIED, GOES, MASK, OWN, PLAIN, UNSAID, row_until, until
from programs.notices.choices import MessageState

WITH_MESSAGE = GOES | row_until("notices.messages") | MASK
BODY = EMPTIED | until("notices.bodies") | WITH_MESSAGE


class Message(models.Model):
    """One row per message, written in the transaction of the action it reports."""

    PII = {
        "recipient": GOES | row_until("notices.messages") | OWN, "to_address": BODY | OWN, "subject": WITH_MESSAGE,
        # Told by its subject only: a text may speak of other people, and was read by its owner before.
        "body_text": BODY | UNSAID, "body_html": BODY | UNSAID, "attachment": BODY | UNSAID, "error": BODY | UNSAID,
        "link": GOES | row_until("notices.messages") | UNSAID,
        "kind": PLAIN, "language": PLAIN, "attachment_name": PLAIN, "attachment_type": PLAIN, "dedupe_key": PLAIN,
    }  # fmt: skip
    kind = models.CharField(_("kind"), max_length=60)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="messages"
    )
    to_address = models.EmailField(_("address"), blank=True)  # empty: shown on the desk only
    language = models.CharField(max_length=5, default="vi")
    subject = models.CharField(_("subject"), max_length=250)
    body_text = models.TextField()
    body_html = models.TextField(blank=True)
    link = models.CharField(max_length=300, blank=True)
    attachment_name = models.CharField(max_length=120, blank=True)
    attachment_type = models.CharField(max_length=80, blank=True)
    attachment = models.TextField(blank=True)  # text kinds only, such as a calendar entry
    dedupe_key = models.CharField(max_length=150, unique=True)
    state = models.CharField(_("status"), max_length=12, choices=MessageState, default=MessageState.PENDING)
    urgent = models.BooleanField(default=False, editable=False)  # its lane: ``URGENT_KINDS``
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(_("written on"), auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name, verbose_name_plural = _("message"), _("messages")
        indexes = [models.Index(fields=["state", "urgent", "next_attempt_at"], name="outbox_queue")]

    def __str__(self) -> str:
        return self.subject
