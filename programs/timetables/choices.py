"""The wing's verbs in the audit log."""

from django.utils.translation import gettext_lazy as _

AUDIT_ACTIONS = {
    "session.move": _("Session moved"),
    "session.capacity": _("Places of the session changed"),
    "session.cancel": _("Session cancelled"),
    "series.cancel": _("Remaining sessions of the series cancelled"),
    "series.change": _("Remaining sessions of the series changed"),
    "booking.turn": _("Its turn comes at another time: the rule of the waiting list has changed"),
    "booking.too_large": _("Larger than the session, because places were removed"),
    "booking.list_over": _("Told that no more places are offered"),
    "series.terms": _("Booking rules of the remaining sessions of the series changed"),
    "session.terms": _("Booking rules of the session changed"),
}
