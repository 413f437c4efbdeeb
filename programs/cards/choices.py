"""x"""

from django.utils.translation import gettext_lazy as _

AUDIT_ACTIONS = {
    "cards.issue": _("Sheet of sign-in cards created"),
    "class.code": _("Class code renewed or switched off"),
    "class.join": _("Pupil joined a class with its code"),
}
