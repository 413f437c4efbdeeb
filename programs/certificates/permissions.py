"""What each role sees and does with certificates, in words."""

from django.utils.translation import gettext_lazy as _

from programs.core.permissions import EVERYBODY, SCHOOL_STAFF, SIGNED_IN, Reach, Role, does, sees

PERMISSIONS = [
    sees(
        _("whether a certificate is genuine, by its code"),
        EVERYBODY,
        "certificate_verify",
        "certificate_verify_form",
        reach=Reach.ALL,
    ),
    sees(_("the list of certificates, with those within their reach in it"), SIGNED_IN, "certificate_list"),
    sees(_("their own certificates, to print"), (Role.PUPIL,), "certificate_pdf"),
    sees(
        _("the certificates of those who came, singly or a whole group in one file"),
        (*SCHOOL_STAFF, Role.CENTRE_STAFF),
        "certificate_pdf",
        "certificates_pdf",
    ),
    does(
        _("issue the certificates of a visit that took place, and revoke them with a reason"),
        (Role.TEACHER, Role.COORDINATOR, Role.CENTRE_STAFF),
        "certificate_issue",
        "certificate_revoke",
    ),
]
