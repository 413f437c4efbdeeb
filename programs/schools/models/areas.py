from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from programs.core.text import text_sort_key
from programs.schools.choices import (
    AreaKind,
    Tree,
)

USER = settings.AUTH_USER_MODEL


class Area(models.Model):
    """A node of one of the two trees that answer for schools. No district level exists since July 2025."""

    NO_PII = True
    tree = models.CharField(_("tree"), max_length=16, choices=Tree, default=Tree.ADMINISTRATIVE)
    kind = models.CharField(_("kind"), max_length=16, choices=AreaKind)
    code = models.CharField(_("official code"), max_length=20)
    name = models.CharField(_("name"), max_length=120)
    sort_key = models.CharField(max_length=400, editable=False)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    former_province = models.CharField(_("province before July 2025"), max_length=60, blank=True)
    in_jurisdiction = models.BooleanField(_("within this portal's jurisdiction"), default=False)

    class Meta:
        ordering = ["tree", "sort_key"]
        verbose_name, verbose_name_plural = _("area"), _("areas")
        constraints = [models.UniqueConstraint(fields=["tree", "code"], name="one_area_per_code")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        self.sort_key = text_sort_key(self.name)
        super().save(*args, **kwargs)
