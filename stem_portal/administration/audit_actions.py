"""The verbs of administration in the audit log."""

from django.utils.translation import gettext_lazy as _

ACTIONS = {
    "support.view_as": _("Support started viewing the portal as this person"),
    "support.view_page": _("Support opened a page as this person"),
    "support.view_end": _("Support stopped viewing as this person"),
    "office.appoint": _("Appointed to an office, or its areas changed"),
    "office.remove": _("Removed from an office"),
    "calendar.add": _("Added to the calendar"),
    "calendar.change": _("Dates of the calendar changed"),
    "calendar.remove": _("Removed from the calendar"),
    "roles.export": _("Review of all roles exported"),
}
