"""x"""

from django.utils.translation import gettext_lazy as _

AUDIT_ACTIONS = {
    "school.merge": _("School became part of another one"),
    "school.take_over": _("Another school became part of this one"),
    "school.tell_apart": _("Recorded that a similar school is a different one"),
}
