"""Who may."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from programs.consents.policy import may_hand_links
from programs.core.permissions import SCHOOL_STAFF, SIGNED_IN, Reach, Role, does, sees
from programs.data_rights import queries
from programs.data_rights.models import DataRequest
from programs.pupils.models import Pupil
from programs.schools.policy import may_coordinate
from programs.schools.queries.roles import roles_of
from programs.schools.rules import COORDINATING

PERMISSIONS = [
    sees(
        _("what the portal stores about them, and download it after typing the password again"),
        SIGNED_IN,
        "my_data",
        reach=Reach.OWN,
    ),
    does(_("ask for their data to be corrected, restricted or erased"), SIGNED_IN, "my_data_ask", reach=Reach.OWN),
    sees(_("the progress of their own data requests"), (Role.PUPIL,), "my_data_request"),
    does(
        _("read and download what is stored about their child, and make requests about it"),
        (Role.GUARDIAN,),
        "guardian_data",
        "guardian_data_ask",
        "guardian_data_download",
        "guardian_data_request",
        "guardian_agree",
    ),
    sees(
        _("the page for a family that comes with a request; only coordinators see what is stored"),
        SCHOOL_STAFF,
        "pupil_data",
    ),
    does(
        _("record a request that a family makes on paper: the class's own teacher and coordinators"),
        (Role.TEACHER, Role.COORDINATOR),
        "pupil_data_ask",
    ),
    does(
        _("handle data requests: check who is asking, answer, correct, erase, or refuse on legal grounds"),
        (Role.COORDINATOR,),
        "data_request_list",
        "data_request_detail",
        "data_request_identify",
        "data_request_agree",
        "data_request_answer",
        "data_request_refuse",
        "data_request_extend",
        "data_request_finish",
        "data_request_correct",
        "data_request_erase",
    ),
    sees(
        _("the data requests of people without a school, and which ones are late at schools"),
        (Role.DEPARTMENT_OFFICER,),
        "data_request_list",
    ),
]


def may_see_requests(user) -> bool:
    """Whether requests may come to this person at all: the department, and who coordinates a working school."""
    roles = roles_of(user)
    return roles.is_department or any(school.is_working for school in roles.schools_as(*COORDINATING))


def may_handle(user, request: DataRequest) -> bool:
    """The school's coordinator or deputy, else the department in whose area it is; nobody handles a request about themselves."""
    roles = roles_of(user)
    if roles.user_id is None or request.person_id == roles.user_id:
        return False
    if request.school is None or not request.school.is_working:
        return queries.oversees(roles, request.school)
    return may_coordinate(user, request.school)


def may_erase(user, request: DataRequest) -> bool:
    """Who handles the request, unless the pupil's record leads to their own account."""
    subject = queries.subject_of(pupil=request.pupil, user=request.person)
    return may_handle(user, request) and subject.user_id != user.pk


def may_record(user, pupil: Pupil) -> bool:
    """Who knows the family: the coordinator, and the teacher of the class in which the pupil is."""
    return may_hand_links(user, [pupil])


def may_hand_over(user, pupil: Pupil) -> bool:
    """The coordinator, while a request to see the data runs whose sender's identity was checked."""
    return may_coordinate(user, pupil.school) and queries.is_access_running(pupil)
