"""Who may."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from programs.core.permissions import SCHOOL_STAFF, SIGNED_IN, Reach, Role, does, sees
from programs.data_rights.models import DataRequest
from programs.schools.policy import can_coordinate
from programs.schools.rules import Standing

PERMISSIONS = [
    sees(
        _("what the portal stores about them, and take it away after typing the password again"),
        SIGNED_IN,
        "my_data",
        reach=Reach.OWN,
    ),
    does(_("ask for their data to be corrected, restricted or erased"), SIGNED_IN, "my_data_ask", reach=Reach.OWN),
    sees(_("how far their own requests about data are"), (Role.PUPIL,), "my_data_request"),
    does(
        _("read and take away what is stored about their child, and make requests about it"),
        (Role.GUARDIAN,),
        "guardian_data",
        "guardian_data_ask",
        "guardian_data_download",
        "guardian_data_request",
    ),
    does(
        _("write down a request that a family makes on paper; only coordinators see what is stored"),
        SCHOOL_STAFF,
        "pupil_data",
        "pupil_data_ask",
    ),
    does(
        _("handle requests about data: check who asks, answer, correct, erase, refuse with a ground"),
        (Role.COORDINATOR,),
        "data_request_list",
        "data_request_detail",
        "data_request_identify",
        "data_request_answer",
        "data_request_refuse",
        "data_request_extend",
        "data_request_finish",
        "data_request_correct",
        "data_request_erase",
    ),
    sees(
        _("the requests about data of people without a school, and which ones are late at schools"),
        (Role.DEPARTMENT_OFFICER,),
        "data_request_list",
    ),
]


def can_handle(standing: Standing, request: DataRequest) -> bool:
    """The school's coordinator or deputy, else the department; nobody handles a request about themselves."""
    if standing.user_id is None or request.person_id == standing.user_id:
        return False
    if request.school is None or not request.school.is_working:
        return standing.is_department
    return can_coordinate(standing, request.school)
