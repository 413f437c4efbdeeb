from django.utils.translation import gettext_lazy as _

ACTIONS = {
    "certificate.issue": _("Issued certificates"),
    "certificate.revoke": _("Revoked a certificate"),
}
