from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CertificateKind(TextChoices):
    """Never "chứng chỉ": that word is regulated by Circular 21/2019/TT-BGDĐT."""

    VISIT = "visit", _("Certificate of participation in a visit")
    PROJECT = "project", _("Certificate of participation in a competition")
    AWARD = "award", _("Certificate of an award")


class CertificateState(TextChoices):
    ISSUED = "issued", _("Valid")
    REVOKED = "revoked", _("Revoked")
    REPLACED = "replaced", _("Replaced by a new certificate")


class RevocationReason(TextChoices):
    NAME_CORRECTED = "name_corrected", _("The name was corrected")
    ABSENT = "absent", _("The pupil did not take part")
    ISSUED_IN_ERROR = "issued_in_error", _("Issued in error")
    DISQUALIFIED = "disqualified", _("Disqualified")
    WITHDRAWN = "withdrawn", _("Withdrawn at the holder's request")


AUDIT_ACTIONS = {
    "certificate.issue": _("Issued certificates"),
    "certificate.revoke": _("Revoked a certificate"),
}
