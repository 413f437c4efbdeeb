"""How figures are grouped and shown."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class GroupBy(TextChoices):
    WARD = "ward", _("By ward")
    FORMER = "former", _("By province before July 2025")
    LEVEL = "level", _("By level")
    TERM = "term", _("By term")


class Show(TextChoices):
    """What kind of rows a figure opens to."""

    VISITS = "visits", _("Visits")
    LESSONS = "lessons", _("Lessons taught")
    OWN = "own", _("Own activities")
    SCHOOLS = "schools", _("Schools")


class Activity(TextChoices):
    ALL = "", _("All schools")
    WITH = "with", _("Schools taking part")
    WITHOUT = "without", _("Schools without any activity")


ALL_TERMS = "all"
NO_CLASS = "none"  # the level of a visit that names no class, as an address writes it


AUDIT_ACTIONS = {
    "report.download": _("Report downloaded"),
    "participation.remind": _("Schools without any activity reminded"),
}
