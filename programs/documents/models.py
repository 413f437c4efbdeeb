"""The documents of a project: one for each slot of the rules, with the files and links that lie in it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programs.competitions.models import Slot
from programs.core.fates import ACT, FILE, GOES, LASTS, MASK, PLAIN
from programs.projects.models import Project
from programs.uploads.choices import FileKind


class ProjectDocument(models.Model):
    """A document slot of the rules as one project fills it; the rows are made when the project begins."""

    NO_PII = True
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="documents")
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="+")
    wanted = models.BooleanField(_("needed"), null=True)  # the team's answer to the slot's question

    class Meta:
        verbose_name, verbose_name_plural = _("document of a project"), _("documents of projects")
        constraints = [models.UniqueConstraint(fields=["project", "slot"], name="one_document_per_slot")]

    def __str__(self) -> str:
        return f"{self.project_id} · {self.slot_id}"


class ProjectFile(models.Model):
    """A file in private storage under a random key, or a link. What replaces it is another row with a higher version.

    ``place`` counts from 1 to as many as the slot takes. A file that was part of a submission stays when it is
    replaced or removed (``superseded_at``); any other goes.
    """

    PII = {
        "name": GOES | LASTS | MASK, "storage_key": GOES | LASTS | FILE, "preview_key": GOES | LASTS | FILE,
        "link": GOES | LASTS | MASK, "uploaded_by": ACT, "content_type": PLAIN, "sha256": PLAIN, "kept_sha256": PLAIN,
    }  # fmt: skip
    document = models.ForeignKey(ProjectDocument, on_delete=models.CASCADE, related_name="files")
    place = models.PositiveSmallIntegerField(default=1)
    version = models.PositiveSmallIntegerField(default=1)
    superseded_at = models.DateTimeField(null=True, blank=True)
    name = models.CharField(_("file"), max_length=255, blank=True)
    kind = models.CharField(max_length=12, choices=FileKind, blank=True)
    storage_key = models.CharField(max_length=120, blank=True)
    preview_key = models.CharField(max_length=120, blank=True)
    content_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)  # of the bytes that the team sent
    kept_sha256 = models.CharField(max_length=64, blank=True)  # of the cleaned bytes that others get
    pages = models.PositiveIntegerField(null=True, blank=True)
    seconds = models.PositiveIntegerField(null=True, blank=True)
    link = models.URLField(_("link"), max_length=500, blank=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    received_at = models.DateTimeField(default=timezone.now)  # when its last byte came: the check ends later

    class Meta:
        ordering = ["place", "-version"]
        verbose_name, verbose_name_plural = _("file of a project"), _("files of projects")
        indexes = [models.Index(fields=["sha256"], name="file_sha256")]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "place"], condition=Q(superseded_at__isnull=True), name="one_file_per_place"
            ),
            models.UniqueConstraint(fields=["document", "place", "version"], name="one_file_per_version"),
            models.UniqueConstraint(
                fields=["storage_key"], condition=~Q(storage_key=""), name="one_row_per_stored_file"
            ),
            models.CheckConstraint(condition=~Q(storage_key="") | ~Q(link=""), name="file_or_link"),
        ]

    def __str__(self) -> str:
        return self.name or self.link
