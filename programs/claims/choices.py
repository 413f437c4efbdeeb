"""States of the registration of a school."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ClaimState(TextChoices):
    """An unconfirmed registration holds nothing: nobody has opened the letter to its address yet."""

    UNCONFIRMED = "unconfirmed", pgettext_lazy("school registration", "Email address not confirmed yet")
    SUBMITTED = "submitted", _("Waiting for verification")
    RETURNED = "returned", pgettext_lazy("school registration", "Returned for correction")
    VERIFIED = "verified", _("Verified")
    REFUSED = "refused", pgettext_lazy("school registration", "Refused")
    EXPIRED = "expired", pgettext_lazy("school registration", "Expired without a reply")


OPEN_CLAIMS = (ClaimState.SUBMITTED, ClaimState.RETURNED)  # they hold their school
ENDED_CLAIMS = (ClaimState.REFUSED, ClaimState.EXPIRED)


AUDIT_ACTIONS = {
    "claim.remind": _("Reminder sent"),
    "claim.expire": _("Registration expired without a reply"),
    "claim.submit": _("Registration form filled in"),
    "claim.letter": _("Letter to confirm the address sent again"),
    "claim.confirm": _("Address confirmed, registration sent"),
    "claim.reopen": _("Registration reopened"),
    "claim.correct": _("Registration corrected and sent again"),
    "claim.verify": _("Registration verified"),
    "claim.return": _("Registration returned for correction"),
    "claim.refuse": _("Registration refused"),
}
