"""What the audit log says of the schools wing."""

from django.utils.translation import gettext_lazy as _

ACTIONS = {
    "school.import": _("School taken from the official list"),
    "school.move": _("State of the school changed"),
    "claim.submit": _("Registration sent"),
    "claim.correct": _("Registration corrected and sent again"),
    "claim.verify": _("Registration verified"),
    "claim.return": _("Registration returned for correction"),
    "claim.refuse": _("Registration refused"),
    "staff.invite": _("Staff member invited"),
    "staff.withdraw_invitation": _("Invitation withdrawn"),
    "staff.join": _("Staff member joined"),
    "staff.end": _("Role of a staff member ended"),
}
