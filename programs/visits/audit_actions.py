"""The verbs of the visits wing in the audit log."""

from django.utils.translation import gettext_lazy as _

ACTIONS = {
    "booking.hold": _("Places held"),
    "booking.wait": _("Joined the waiting list"),
    "booking.promote": _("Moved up from the waiting list"),
    "booking.confirm": _("Confirmed by the school"),
    "booking.cancel": _("Booking cancelled"),
    "booking.roster": _("List of participants changed"),
    "booking.check_in": _("Group checked in"),
    "booking.no_show": _("Noted that the group did not come"),
    "booking.close": _("Attendance fixed"),
    "booking.expire": _("Waiting list ended"),
    "session.close": _("Session closed"),
}
