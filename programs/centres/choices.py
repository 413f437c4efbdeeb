"""Roles in a centre, states and modes of a session, papers that a trip asks for."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

AUDIT_ACTIONS = {
    "session.create": _("Session offered"),
    "series.create": _("Series of sessions offered"),
    "centre.hours": _("Opening hours changed"),
    "centre.closed_days": _("Days marked as closed"),
    "centre.open_days": _("Closed days reopened"),
    "centre.room": _("Room saved"),
    "season.save": _("Season saved"),
}


class CentreRole(TextChoices):
    MANAGER = "manager", _("Centre manager")
    STAFF = "staff", _("Centre staff")


class SessionState(TextChoices):
    SCHEDULED = "scheduled", _("Scheduled")
    CANCELLED = "cancelled", _("Cancelled")
    CLOSED = "closed", pgettext_lazy("visit", "Closed")


class WaitingPolicy(TextChoices):
    STRICT = "strict", _("Strict order: only the first in the queue")
    FIRST_FIT = "first_fit", _("The first group in the queue that fits")


class Weekday(IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")

    @property
    def field(self) -> str:
        """How the form of the opening hours names it."""
        return f"day_{self.value}"


class BookingMode(TextChoices):
    FIRST_COME = "first_come", _("First come, first served")
    BALLOT = "ballot", _("By ballot")


class PaperKind(TextChoices):
    PLAN = "plan", _("Plan of the visit")
    SAFETY = "safety_plan", _("Safety plan")
    TRANSPORT = "transport", _("Contract with the carrier")
    INSURANCE = "insurance", _("Insurance of the group")


class VisitRisk(TextChoices):
    """What makes a visit riskier than one next door; the labels explain why approval is needed."""

    OTHER_WARD = "other_ward", _("The centre is in another ward.")
    HIRED_VEHICLE = "hired_vehicle", _("The group needs a hired vehicle.")
    PAID = "paid", _("The visit costs money.")
    PRIMARY = "primary", _("The pupils are in primary school.")
    PRIMARY_OUTSIDE_CITY = "primary_outside_city", _("Primary pupils are leaving their city.")
