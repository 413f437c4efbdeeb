"""What the log says of calendar addresses."""

from django.utils.translation import gettext_lazy as _

AUDIT_ACTIONS = {
    "feed.make": _("Calendar feed address created"),
    "feed.revoke": _("Calendar feed address revoked"),
}
