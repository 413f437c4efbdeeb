"""The wing's verbs in the audit log."""

from django.utils.translation import gettext_lazy as _

AUDIT_ACTIONS = {
    "series.change": _("Remaining sessions of the series changed"),
    "session.terms": _("Booking rules of the session changed"),
}
