from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from programs.notices.choices import MessageState


class Message(models.Model):
    """One row per message, written in the transaction of the act that it tells of."""

    PII = {"to_address", "body_text", "body_html", "subject"}
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
    state = models.CharField(_("state"), max_length=12, choices=MessageState, default=MessageState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(_("written"), auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name, verbose_name_plural = _("message"), _("messages")
        indexes = [models.Index(fields=["state", "next_attempt_at"], name="outbox_queue")]

    def __str__(self) -> str:
        return self.subject
