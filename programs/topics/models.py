"""Subjects, and topics of local industry."""

from __future__ import annotations

from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _


class Labelled(models.Model):
    """A short word in both languages."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" else self.name


class Subject(Labelled):
    """A subject of the GDPT 2018 curriculum."""

    NO_PII = True

    class Meta(Labelled.Meta):
        verbose_name, verbose_name_plural = pgettext_lazy("school subject", "subject"), _("subjects")


class Topic(Labelled):
    """A theme close to the local industry."""

    NO_PII = True

    class Meta(Labelled.Meta):
        verbose_name, verbose_name_plural = _("topic"), _("topics")
