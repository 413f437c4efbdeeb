"""What is written down of a taught lesson."""

from django.utils.translation import gettext_lazy as _

AUDIT_ACTIONS = {
    "activity.report": _("Taught lesson reported"),
    "activity.correct": _("Taught lesson corrected"),
    "activity.withdraw": _("Taught lesson withdrawn"),
}
