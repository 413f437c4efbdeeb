"""A file on its way in, and the pieces of it that have arrived."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from programs.core.fates import FILE, GOES, MASK, OWN, PLAIN, UNSAID, row_until
from programs.uploads.choices import FileKind, UploadState

WITH_UPLOAD = GOES | row_until("uploads.over")


class Upload(models.Model):
    """One file of one person for one purpose. ``offset`` alone says what has arrived.

    ``purpose`` is a code of ``hooks.PURPOSES`` and ``target`` the number of its row. ``key`` holds the cleaned file
    between the check and the scan; a kept one belongs to the purpose's own row, and the column is empty again.
    """

    PII = {
        "owner": WITH_UPLOAD | OWN, "name": WITH_UPLOAD | MASK, "reason": WITH_UPLOAD | UNSAID,
        "key": WITH_UPLOAD | FILE, "preview_key": WITH_UPLOAD | FILE,
        "purpose": PLAIN, "kinds": PLAIN, "head_hash": PLAIN, "sha256": PLAIN, "kept_sha256": PLAIN,
        "content_type": PLAIN, "reason_code": PLAIN,
    }  # fmt: skip
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="uploads")
    purpose = models.CharField(max_length=40)
    target = models.PositiveBigIntegerField()
    name = models.CharField(_("file"), max_length=255)
    kinds = models.CharField(max_length=60)  # what the purpose takes, as it was when the file was begun
    declared = models.PositiveBigIntegerField(_("size"), validators=[MinValueValidator(1)])
    offset = models.PositiveBigIntegerField(_("arrived"), default=0)
    pieces = models.PositiveIntegerField(default=0, editable=False)
    head_hash = models.CharField(max_length=64, blank=True)  # SHA-256 of the first MiB, as the sender's device saw it
    state = models.CharField(_("status"), max_length=12, choices=UploadState, default=UploadState.RECEIVING)
    expires_at = models.DateTimeField(_("to be finished by"))
    sha256 = models.CharField(max_length=64, blank=True)  # of the bytes that arrived
    kind = models.CharField(_("kind"), max_length=12, choices=FileKind, blank=True)
    content_type = models.CharField(max_length=100, blank=True)
    key = models.CharField(max_length=120, blank=True)
    preview_key = models.CharField(max_length=120, blank=True)
    kept_size = models.PositiveBigIntegerField(default=0)
    kept_sha256 = models.CharField(max_length=64, blank=True)  # of the cleaned bytes
    pages = models.PositiveIntegerField(null=True, blank=True)
    seconds = models.PositiveIntegerField(null=True, blank=True)
    reason_code = models.CharField(max_length=40, blank=True)
    reason = models.CharField(_("why not"), max_length=400, blank=True)  # in the sender's language
    scans = models.PositiveIntegerField(default=0, editable=False)  # tries that did not come to an end
    created_at = models.DateTimeField(_("begun"), auto_now_add=True)
    received_at = models.DateTimeField(_("arrived at"), null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name, verbose_name_plural = _("large file"), _("large files")
        indexes = [
            models.Index(fields=["owner", "state"], name="upload_of_owner"),
            models.Index(fields=["purpose", "target", "state"], name="upload_of_target"),
            models.Index(fields=["state", "expires_at"], name="upload_sweep"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(offset__lte=F("declared")), name="upload_within_its_size"),
            models.CheckConstraint(condition=Q(declared__gt=0), name="upload_holds_something"),
            models.CheckConstraint(
                condition=Q(state__in=[UploadState.RECEIVING, UploadState.EXPIRED, UploadState.ABORTED])
                | Q(offset=F("declared")),
                name="upload_whole_before_it_is_checked",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def percent(self) -> int:
        return self.offset * 100 // self.declared


class UploadPart(models.Model):
    """Bytes of a file, as one request brought them: a file of its own under a random key."""

    PII = {"key": WITH_UPLOAD | FILE}
    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="parts")
    start = models.PositiveBigIntegerField()
    size = models.PositiveIntegerField()
    key = models.CharField(max_length=120)

    class Meta:
        ordering = ["start"]
        verbose_name, verbose_name_plural = _("piece of a large file"), _("pieces of large files")
        constraints = [
            models.UniqueConstraint(fields=["upload", "start"], name="one_piece_of_an_upload_at_a_place"),
            models.CheckConstraint(condition=Q(size__gt=0), name="upload_piece_holds_something"),
        ]

    def __str__(self) -> str:
        return f"#{self.upload_id} {self.start}"
