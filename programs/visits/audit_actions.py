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
    "session.create": _("Session offered"),
    "session.move": _("Session moved"),
    "session.capacity": _("Places of the session changed"),
    "session.cancel": _("Session cancelled"),
    "series.create": _("Series of sessions offered"),
    "series.cancel": _("Remaining sessions of the series cancelled"),
    "centre.hours": _("Opening hours changed"),
    "centre.closed_days": _("Days closed"),
    "centre.open_days": _("Closed days opened again"),
    "centre.room": _("Room saved"),
    "season.save": _("Season saved"),
    "session.close": _("Session closed"),
}
