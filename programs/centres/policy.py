"""Who runs, plans and furnishes a centre."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from programs.accounts.hooks import require_second_factor
from programs.centres.choices import CentreRole
from programs.centres.models import CentreStaff
from programs.core.permissions import EVERYBODY, Holders, Reach, Role, does, sees


def _staff() -> QuerySet[CentreStaff]:
    staff = CentreStaff.objects.filter(ended_on__isnull=True).select_related("user", "centre")
    return staff.order_by("user__sort_key", "pk")


HOLDERS = [
    Holders(
        role=Role.CENTRE_STAFF,
        rows=_staff,
        person="user",
        scope=lambda row: row.centre.name,
        title=lambda row: row.get_role_display(),
        since=lambda row: None,
    )
]


@require_second_factor
def centre_managers() -> Q:
    posts = CentreStaff.objects.filter(user=OuterRef("pk"), role=CentreRole.MANAGER, ended_on__isnull=True)
    return Q(Exists(posts))


PERMISSIONS = [
    sees(
        _("sessions open for booking, which can be searched by grade, subject, day, places and distance"),
        EVERYBODY,
        "session_search",
        reach=Reach.ALL,
    ),
    sees(
        _("the calendar of a centre with the groups of each session, its hours and rooms, and the seasons"),
        (Role.CENTRE_STAFF, Role.DEPARTMENT_OFFICER),
        "centre_list",
        "centre_schedule",
        "session_plan",
        "series_detail",
        "centre_settings",
        "season_list",
    ),
    does(
        _("open sessions and series, and move, copy, resize and cancel them (centre managers)"),
        (Role.CENTRE_STAFF,),
        "session_new",
        "series_new",
        "session_move",
        "session_copy",
        "session_capacity",
        "session_cancel",
        "series_cancel",
    ),
    does(
        _("change opening hours, closed days and rooms (centre managers, and the department)"),
        (Role.CENTRE_STAFF, Role.DEPARTMENT_OFFICER),
        "centre_hours",
        "closed_days_new",
        "closed_days_remove",
        "room_new",
        "room_edit",
    ),
    does(
        _("set up the seasons: opening, clusters, how places are allocated, bookings per school"),
        (Role.DEPARTMENT_OFFICER,),
        "season_new",
        "season_edit",
    ),
]


def can_schedule(managed_ids: Collection[int], centre_id: int) -> bool:
    """Managers of the centre schedule; its other staff look."""
    return centre_id in managed_ids


def can_furnish(managed_ids: Collection[int], centre_id: int, *, is_department: bool) -> bool:
    """Opening hours, closed days and rooms: the centre's managers, and the department."""
    return is_department or centre_id in managed_ids


def can_edit_seasons(*, is_department: bool) -> bool:
    """A season is the same for all centres: the department's."""
    return is_department


def can_run_centre(centre_ids: Iterable[int], centre_id: int) -> bool:
    """Whether a person of these centres may check in and close at ``centre_id``."""
    return centre_id in set(centre_ids)
