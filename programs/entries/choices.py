"""What the organiser finds of an entry, and the verbs in the log."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

AUDIT_ACTIONS = {
    "entry.eligible": _("Found the project eligible"),
    "entry.ineligible": _("Found the project not eligible"),
}


class Finding(TextChoices):
    ELIGIBLE = "eligible", _("Eligible")
    INELIGIBLE = "ineligible", _("Not eligible")
