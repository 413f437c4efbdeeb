"""What is done with the papers and approvals of a visit, in the words of the audit log."""

from django.utils.translation import gettext_lazy as _

AUDIT_ACTIONS = {
    "booking.paper": _("Paper submitted"),
    "booking.ask_again": _("Approvals requested again"),
    "booking.falls_to": _("Approval requested from the next authority"),
    "booking.grace": _("Given more time: only an authority's answer was missing"),
    "booking.unanswered": _("Nobody answered what was asked again in time"),
    "booking.fall_back": _("Group as large again as it was approved: no answer in time"),
    "booking.stands": _("Earlier approval counts again"),
    "booking.approve": _("Visit approved"),
    "booking.return": _("Visit sent back to be mended"),
    "booking.refuse": _("Visit refused"),
    "booking.warn": _("Reminded of the deadline"),
    "booking.lapse": _("Places released: not confirmed in time"),
    "booking.resize": _("Size of the group changed"),
    "booking.lock_count": _("Head count finalised"),
    "booking.confirm": _("Confirmed by the school"),
}
