"""States of a booking and of what it waits for."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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
# Groups that came keep their seats: the session is over, nobody else can use them.
SEAT_COUNTED = (*SEAT_HOLDING, S.ATTENDED, S.CLOSED)
COMING = (S.HELD, S.PAPERS_DUE, S.CONFIRMED)  # the groups that are expected on the day
INCOMPLETE = (S.HELD, S.PAPERS_DUE)  # what the school has to complete and confirm
LIVE = (*SEAT_HOLDING, S.WAITLISTED)
CAME = (S.ATTENDED, S.CLOSED)
CERTAIN = (S.CONFIRMED, *CAME)  # what a calendar shows as confirmed
OFF = tuple(state for state in S if state not in (*LIVE, *CAME))  # nobody comes: a calendar takes the entry out
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
    S.CONFIRMED: {S.ATTENDED, S.NO_SHOW, *CANCELLED, S.REFUSED},
    S.ATTENDED: {S.CLOSED, S.NO_SHOW},
    S.NO_SHOW: {S.ATTENDED, *COMING},
    S.CLOSED: {S.ATTENDED},
    S.EXPIRED: set(),
    S.CANCELLED_BY_SCHOOL: set(),
    S.CANCELLED_BY_CENTRE: set(),
    S.REFUSED: set(),
}


AUDIT_ACTIONS = {
    "booking.hold": _("Places held"),
    "booking.wait": _("Joined the waiting list"),
    "booking.promote": _("Moved up from the waiting list"),
    "booking.offer": _("Places offered"),
    "booking.passed_over": _("Passed over by a smaller group"),
    "booking.accept": _("Offer accepted"),
    "booking.decline": _("Offer declined"),
    "booking.leave": _("Left the waiting list"),
    "booking.offer_expired": _("Offer expired without an answer"),
    "booking.exception": _("Places given by exception"),
    "booking.cancel": _("Booking cancelled"),
    "booking.roster": _("List of participants changed"),
    "booking.needs": _("Access and medical needs changed"),
}
