"""The verbs of this wing in the audit log."""

from django.utils.translation import gettext_lazy as _

ACTIONS = {
    "curriculum.create": _("Curriculum created on its page"),
    "curriculum.change": _("Curriculum details changed on its page"),
    "field_trip.create": _("Field trip created on its page"),
    "field_trip.change": _("Field trip details changed on its page"),
}
