"""States of a report."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

AUDIT_ACTIONS = {
    "report.freeze": _("Figures frozen"),
    "report.supersede": _("Replaced by a newer version"),
}


class ReportState(TextChoices):
    OPEN = "open", _("Open")
    SCHOOL_CONFIRMED = "school_confirmed", _("Confirmed by the schools")
    WARD_CONFIRMED = "ward_confirmed", _("Confirmed by the wards")
    REVIEWED = "reviewed", _("Reviewed by the department")
    FROZEN = "frozen", _("Frozen")
    SUPERSEDED = "superseded", _("Superseded")


FIXED = (ReportState.FROZEN, ReportState.SUPERSEDED)
