"""What each figure means, and where it should be."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from programs.centres.models import in_language


class Indicator(models.Model):
    """A definition of what is counted, as shown on the page, with its targets."""

    NO_PII = True
    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    definition = models.TextField()
    definition_en = models.TextField()
    unit = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["code"]
        verbose_name, verbose_name_plural = _("indicator"), _("indicators")

    def __str__(self) -> str:
        return self.name

    @property
    def local_name(self) -> str:
        """The name in the reader's language."""
        return in_language(self.name, self.name_en)

    @property
    def local_definition(self) -> str:
        return in_language(self.definition, self.definition_en)


class IndicatorTarget(models.Model):
    NO_PII = True
    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="targets")
    year = models.PositiveSmallIntegerField()
    value = models.DecimalField(max_digits=12, decimal_places=2)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["year"]
        constraints = [models.UniqueConstraint(fields=["indicator", "year"], name="one_target_per_year")]

    def __str__(self) -> str:
        return f"{self.indicator.code} {self.year}"
