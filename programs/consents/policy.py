"""Who asks for consents, who answers, and who publishes what is asked."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from programs.core.permissions import SCHOOL_STAFF, Role, does, sees
from programs.pupils.models import Pupil
from programs.schools.models import School
from programs.schools.policy import may_act_for
from programs.schools.queries.roles import roles_of

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
    does(_("record the paper with which two guardians settled a disagreement"), SCHOOL_STAFF, "consent_settle"),
    does(_("agree to being shown, and withdraw that consent"), (Role.PUPIL,), "my_consents", "my_consent"),
    does(
        _("give and withdraw consent for their child, purpose by purpose, without an account"),
        (Role.GUARDIAN,),
        "guardian_code",
        "guardian_door",
        "guardian_purpose",
    ),
]


def may_collect(user, school: School) -> bool:
    """The staff of a working school give out links and record paper forms."""
    return may_act_for(user, school)


def may_record_withdrawal(user, pupil: Pupil) -> bool:
    """The staff of the pupil's school, of a suspended one too: withdrawing never waits."""
    return roles_of(user).is_staff_of(pupil.school)


def may_answer(user, pupil: Pupil) -> bool:
    """Pupils answer for themselves; their guardians have no account but a link."""
    return pupil.user_id == user.pk


def may_publish_texts(user) -> bool:
    return user.is_superuser
