"""Who runs, plans and furnishes a centre."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now, TruncDate
from django.utils.translation import gettext_lazy as _

from programs.accounts.hooks import require_second_factor
from programs.centres.choices import CentreRole
from programs.centres.models import Centre, CentreStaff
from programs.centres.queries.schedule import managed_centre_ids, oversees_centre
from programs.centres.queries.sessions import centre_ids_of
from programs.core.permissions import EVERYBODY, Holders, Reach, Role, does, sees
from programs.schools.queries.roles import roles_of


def _staff() -> QuerySet[CentreStaff]:
    staff = CentreStaff.objects.current().select_related("user", "centre")
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
    # By the database's own clock: the query of the person is built once and asked for days.
    held = Q(ended_on__isnull=True) | Q(ended_on__gt=TruncDate(Now()))
    posts = CentreStaff.objects.filter(held, user=OuterRef("pk"), role=CentreRole.MANAGER)
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
        "centre_week",
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


def may_run(user, centre: Centre) -> bool:
    """The staff of the centre receive its groups: they check in and close."""
    return centre.pk in centre_ids_of(user)


def may_schedule(user, centre: Centre) -> bool:
    """Managers of the centre schedule; its other staff look."""
    return centre.pk in managed_centre_ids(user)


def may_furnish(user, centre: Centre) -> bool:
    """Opening hours, closed days and rooms: the centre's managers, and the department in its areas."""
    return may_schedule(user, centre) or oversees_centre(user, centre.pk)


def may_edit_seasons(user) -> bool:
    """A season is the same for all centres: the department's for the whole province."""
    return roles_of(user).is_whole_department
