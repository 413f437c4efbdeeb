"""What recovery codes say about themselves; the verbs of this wing in the audit log."""

from django.utils.translation import gettext_lazy as _

KEPT = "kept"  # in the data of recovery codes: their owner confirmed that they are saved

AUDIT_ACTIONS = {
    "person.create": _("account created"),
    "person.close": _("account closed"),
    "person.open": _("account reopened"),
    "person.address": _("email addresses of the account changed"),
    "person.administrator": _("made an administrator, or no longer one"),
    "person.second_factor_reset": _("second step removed for a new phone"),
    "card.issue": _("sign-in card issued"),
    "card.void": _("sign-in card voided"),
    "card.use": _("sign-in card used, password set"),
}
