"""The verbs of this wing in the audit log."""

from django.utils.translation import gettext_lazy as _

ACTIONS = {
    "curriculum.create": _("Curriculum created from its page"),
    "curriculum.change": _("Facts of the curriculum changed from its page"),
    "field_trip.create": _("Field trip created from its page"),
    "field_trip.change": _("Facts of the field trip changed from its page"),
}
