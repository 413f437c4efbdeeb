"""Who may."""

from django.utils.translation import gettext_lazy as _

from programs.core.permissions import SCHOOL_STAFF, Role, does, sees

OFFICERS = (Role.WARD_OFFICER, Role.DEPARTMENT_OFFICER)

PERMISSIONS = [
    sees(
        _("the consent figures by class; for officers by school only"),
        (*SCHOOL_STAFF, *OFFICERS, Role.STEERING),
        "consent_overview",
    ),
    sees(
        _("which pupils may take part and be shown, with the scans of the paper forms"),
        SCHOOL_STAFF,
        "consent_class",
        "consent_pupil",
        "consent_scan",
        "consent_forms",
    ),
    does(
        _("give out guardians' links, record paper forms, and record that a consent was withdrawn"),
        SCHOOL_STAFF,
        "consent_sheet",
        "consent_link",
        "consent_paper",
        "consent_withdraw",
    ),
    does(_("agree to being shown, and withdraw that consent"), (Role.PUPIL,), "my_consents", "my_consent"),
    does(
        _("give and withdraw consent for their child, purpose by purpose, without an account"),
        (Role.GUARDIAN,),
        "guardian_code",
        "guardian_door",
        "guardian_purpose",
    ),
]
