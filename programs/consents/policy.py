"""Who asks for consents, who answers, and who publishes what is asked."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from programs.consents.models import Signature
from programs.core.permissions import SCHOOL_STAFF, Role, does, sees
from programs.pupils.models import Enrolment, Pupil
from programs.pupils.policy import may_keep_pupil, may_see_guardian
from programs.pupils.queries import class_now_of
from programs.schools.models import School
from programs.schools.policy import may_act_for, may_coordinate
from programs.schools.queries.roles import roles_of

OFFICERS = (Role.WARD_OFFICER, Role.DEPARTMENT_OFFICER)

PERMISSIONS = [
    sees(
        _("the consent figures by class; for officers by school only"),
        (*SCHOOL_STAFF, *OFFICERS, Role.STEERING),
        "consent_overview",
    ),
    sees(
        _("which pupils may take part and be shown"),
        SCHOOL_STAFF,
        "consent_class",
        "consent_pupil",
        "consent_forms",
    ),
    sees(
        _("who signed for a pupil, and the scans of the paper forms: the class's own teacher and coordinators"),
        (Role.TEACHER, Role.COORDINATOR),
        "consent_scan",
    ),
    does(
        _("find the forms that their school took from pupils who have moved away since"),
        (Role.COORDINATOR,),
        "consent_scans",
    ),
    does(
        _("print guardians' letters with their codes: the class's own teacher and coordinators"),
        (Role.TEACHER, Role.COORDINATOR),
        "consent_sheet",
        "consent_link",
    ),
    does(
        _("record paper forms, and record that a consent was withdrawn"),
        SCHOOL_STAFF,
        "consent_paper",
        "consent_withdraw",
    ),
    does(
        _("record how two guardians settled a disagreement: the class's own teacher and coordinators"),
        (Role.TEACHER, Role.COORDINATOR),
        "consent_settle",
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


def may_collect(user, school: School) -> bool:
    """The staff of a working school print empty forms and record signed ones."""
    return may_act_for(user, school)


def may_hand_links(user, pupils: Collection[Pupil]) -> bool:
    """Coordinators, and the teacher of the class in which each of the pupils is now; at a working school."""
    others = [pupil.pk for pupil in pupils if not may_keep_pupil(user, pupil)]
    if not others:
        return True
    led = Enrolment.objects.in_force().filter(pupil__in=others, class_group__homeroom_teacher=user)
    mine = set(led.values_list("pupil_id", flat=True))
    return mine >= set(others) and all(may_act_for(user, pupil.school) for pupil in pupils)


def may_settle(user, pupil: Pupil) -> bool:
    """Who makes the two guardians' links knows both of them, and records how they settled a disagreement."""
    return may_hand_links(user, [pupil])


def may_see_signer(user, pupil: Pupil) -> bool:
    """Who may know the guardian: who reads their name on the pupil's page reads it on a form."""
    return may_see_guardian(user, pupil, class_now_of(pupil))


def may_open_scan(user, line: Signature) -> bool:
    """Who may know the guardian; when the pupil has moved, the coordinators of the school that took the form."""
    taken_by = line.school.merged_into or line.school if line.school else line.pupil.school
    return may_see_signer(user, line.pupil) or may_coordinate(user, taken_by)


def acts_for_families(user, pupil: Pupil) -> bool:
    """Whether the session is of one who asks the families: it looks through no guardian's door and answers nothing."""
    roles = roles_of(user)
    return roles.is_staff_of(pupil.school) or roles.is_officer or bool(user.is_superuser)


def may_find_scans(user, school: School) -> bool:
    """The coordinators of a working school find the forms of pupils who have moved away: evidence stays there."""
    return may_coordinate(user, school)


def may_record_withdrawal(user, pupil: Pupil) -> bool:
    """The staff of the pupil's school, of a suspended one too: withdrawing never waits."""
    return roles_of(user).is_staff_of(pupil.school)


def may_answer(user, pupil: Pupil) -> bool:
    """Pupils answer for themselves; their guardians have no account but a link."""
    return pupil.user_id == user.pk


def may_publish_texts(user) -> bool:
    return user.is_superuser
