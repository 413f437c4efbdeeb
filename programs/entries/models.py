"""What the organiser found when an entry was checked."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from programs.core.fates import ACT
from programs.entries.choices import Finding
from programs.projects.models import TEXT, Project


class Check(models.Model):
    """One look at an entry; the newest counts, and the team reads its reason exactly as it was written."""

    PII = {"by": ACT, "reason": TEXT}
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="checks")
    found = models.CharField(_("found"), max_length=10, choices=Finding)
    reason = models.TextField(_("reason"), max_length=1000, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("checked"), auto_now_add=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name, verbose_name_plural = _("check of an entry"), _("checks of entries")

    def __str__(self) -> str:
        return f"#{self.project_id} · {self.found}"
