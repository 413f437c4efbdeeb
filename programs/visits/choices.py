from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CentreRole(TextChoices):
    MANAGER = "manager", _("Centre manager")
    STAFF = "staff", _("Centre staff")


class SessionState(TextChoices):
    SCHEDULED = "scheduled", _("Scheduled")
    CANCELLED = "cancelled", _("Cancelled")
    CLOSED = "closed", pgettext_lazy("visit", "Closed")


class WaitingPolicy(TextChoices):
    STRICT = "strict", _("Strict order: the first in line, or nobody")
    FIRST_FIT = "first_fit", _("The first group in line that fits")


class BookingState(TextChoices):
    WAITLISTED = "waitlisted", _("On the waiting list")
    OFFERED = "offered", _("Places offered")
    HELD = "held", _("Places held")
    PAPERS_DUE = "papers_due", _("Papers due")
    CONFIRMED = "confirmed", _("Confirmed")
    ATTENDED = "attended", _("Attended")
    NO_SHOW = "no_show", _("Did not come")
    CLOSED = "closed", pgettext_lazy("visit", "Closed")
    EXPIRED = "expired", _("Expired")
    CANCELLED_BY_SCHOOL = "cancelled_by_school", _("Cancelled by the school")
    CANCELLED_BY_CENTRE = "cancelled_by_centre", _("Cancelled by the centre")
    REFUSED = "refused", _("Refused")


S = BookingState
SEAT_HOLDING = (S.OFFERED, S.HELD, S.PAPERS_DUE, S.CONFIRMED)
# Seats stay taken for groups that came: the session is over, nobody else can use them.
SEAT_COUNTED = (*SEAT_HOLDING, S.ATTENDED, S.CLOSED)
COMING = (S.HELD, S.PAPERS_DUE, S.CONFIRMED)  # the groups that are expected on the day
LIVE = (*SEAT_HOLDING, S.WAITLISTED)
CAME = (S.ATTENDED, S.CLOSED)
UNFINISHED = (*LIVE, S.ATTENDED, S.NO_SHOW)  # something is still to be done with them
COUNT_IN_SEASON = (*UNFINISHED, S.CLOSED)  # against a school's number of bookings in a season
CANCELLED = (S.CANCELLED_BY_SCHOOL, S.CANCELLED_BY_CENTRE)
# What the list of bookings may be narrowed to.
BOOKING_GROUPS = {
    "upcoming": SEAT_HOLDING,
    "waiting": (S.WAITLISTED,),
    "past": (*CAME, S.NO_SHOW),
    "ended": (*CANCELLED, S.EXPIRED, S.REFUSED),
}
BOOKING_GROUP_LABELS = {
    "upcoming": pgettext_lazy("bookings", "Places held"),
    "waiting": pgettext_lazy("bookings", "On the waiting list"),
    "past": pgettext_lazy("bookings", "Visited"),
    "ended": pgettext_lazy("bookings", "Cancelled"),
}

BOOKING_MOVES = {
    S.WAITLISTED: {S.OFFERED, S.HELD, S.EXPIRED, *CANCELLED},
    S.OFFERED: {S.HELD, S.WAITLISTED, S.EXPIRED, *CANCELLED},
    S.HELD: {S.PAPERS_DUE, S.CONFIRMED, S.ATTENDED, S.NO_SHOW, S.EXPIRED, *CANCELLED, S.REFUSED},
    S.PAPERS_DUE: {S.CONFIRMED, S.ATTENDED, S.NO_SHOW, S.EXPIRED, *CANCELLED, S.REFUSED},
    S.CONFIRMED: {S.ATTENDED, S.NO_SHOW, *CANCELLED},
    S.ATTENDED: {S.CLOSED, S.NO_SHOW},
    S.NO_SHOW: {S.ATTENDED},
    S.CLOSED: set(),
    S.EXPIRED: set(),
    S.CANCELLED_BY_SCHOOL: set(),
    S.CANCELLED_BY_CENTRE: set(),
    S.REFUSED: set(),
}


class Weekday(IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class BookingMode(TextChoices):
    FIRST_COME = "first_come", _("First come, first served")
    BALLOT = "ballot", _("By ballot")


class PaperKind(TextChoices):
    PLAN = "plan", _("Plan of the visit")
    SAFETY = "safety_plan", _("Safety plan")
    TRANSPORT = "transport", _("Contract with the carrier")
    INSURANCE = "insurance", _("Insurance of the group")


class ApprovalKind(TextChoices):
    PRINCIPAL = "principal", _("Principal")
    WARD = "ward", pgettext_lazy("approval", "Ward")
    DEPARTMENT = "department", _("Department's consent to leave the city")


class ApprovalState(TextChoices):
    ASKED = "asked", pgettext_lazy("approval", "Waiting")
    APPROVED = "approved", pgettext_lazy("approval", "Approved")
    REFUSED = "refused", pgettext_lazy("approval", "Refused")


class VisitRisk(TextChoices):
    """What makes a visit riskier than one next door; the words say why somebody is asked."""

    OTHER_WARD = "other_ward", _("The centre lies in another ward.")
    HIRED_VEHICLE = "hired_vehicle", _("The group needs a hired vehicle.")
    PAID = "paid", _("The visit costs money.")
    PRIMARY = "primary", _("The pupils are of primary school.")
    PRIMARY_OUTSIDE_CITY = "primary_outside_city", _("Primary pupils leave their city.")


class BallotState(TextChoices):
    OPEN = "open", pgettext_lazy("ballot", "Open for entries")
    CLOSED = "closed", pgettext_lazy("ballot", "Entries closed, list published")
    DRAWN = "drawn", pgettext_lazy("ballot", "Drawn, not sent yet")
    SENT = "sent", pgettext_lazy("ballot", "Results sent")


class EntryOutcome(TextChoices):
    ENTERED = "entered", pgettext_lazy("ballot entry", "Entered")
    WON = "won", pgettext_lazy("ballot entry", "Drawn")
    LOST = "lost", pgettext_lazy("ballot entry", "Not drawn")
    WITHDRAWN = "withdrawn", pgettext_lazy("ballot entry", "Withdrawn")


class MarkKind(TextChoices):
    FIGURES = "figures", pgettext_lazy("mark", "Figures")
    NAMES = "names", pgettext_lazy("mark", "Names")
    NO_SHOW = "no_show", pgettext_lazy("mark", "Did not come")


class Rating(IntegerChoices):
    NO = 1, _("Not at all")
    LITTLE = 2, _("A little")
    MOSTLY = 3, _("Mostly")
    FULLY = 4, _("Fully")
