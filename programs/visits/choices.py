from django.db.models import TextChoices
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
SEAT_HOLDING = (S.HELD, S.PAPERS_DUE, S.CONFIRMED)
# Seats stay taken for groups that came: the session is over, nobody else can use them.
SEAT_COUNTED = (*SEAT_HOLDING, S.ATTENDED, S.CLOSED)
WAITING = (S.WAITLISTED, S.OFFERED)
LIVE = (*SEAT_HOLDING, *WAITING)
CAME = (S.ATTENDED, S.CLOSED)
UNFINISHED = (*LIVE, S.ATTENDED, S.NO_SHOW)  # something is still to be done with them
CANCELLED = (S.CANCELLED_BY_SCHOOL, S.CANCELLED_BY_CENTRE)
# What the list of bookings may be narrowed to.
BOOKING_GROUPS = {
    "upcoming": (*SEAT_HOLDING, S.OFFERED),
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
