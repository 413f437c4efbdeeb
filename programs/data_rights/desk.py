"""Requests about data on a desk: what the handler has to do next, and everybody's way to their own data."""

from __future__ import annotations

from datetime import date, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.core.desk import DeskLink, DeskTask
from programs.data_rights import policy, queries
from programs.data_rights.choices import OPEN_REQUESTS
from programs.data_rights.models import DataRequest
from programs.schools.queries.roles import roles_of


def tasks(user) -> list[DeskTask]:
    """The next request of each handler, and for the department how many are late elsewhere."""
    if not policy.may_see_requests(user):
        return []
    today = timezone.localdate()
    waiting = queries.by_next_date(queries.requests_to_handle(user).filter(state__in=OPEN_REQUESTS))
    found = [_task(row, today) for row in waiting[:5]]
    if roles_of(user).is_department:
        found += _overseen(user, today)
    return found


def _task(row: DataRequest, today: date) -> DeskTask:
    by = row.next_date
    words = _("Answer due by {day}") if row.is_unanswered else _("Due by {day}")
    detail = words.format(day=f"{by:%d/%m/%Y}")
    if by < today:
        detail = _("Late: {detail}").format(detail=detail)
    return DeskTask(
        title=_("Request {reference}: {kind}").format(reference=row.reference, kind=row.get_kind_display()),
        detail=detail,
        url=reverse("data_request_detail", args=[row.reference]),
        action=_("Handle"),
        weight=5 if by <= today + timedelta(days=1) else 25,
    )


def _overseen(user, today: date) -> list[DeskTask]:
    late = queries.requests_visible_to(user).filter(queries.late_requests(today), school__isnull=False).count()
    if not late:
        return []
    title = ngettext("{count} data request is late at a school", "{count} data requests are late at schools", late)
    return [
        DeskTask(
            title=title.format(count=late),
            detail=_("The deadline is set by law; please remind the schools."),
            url=reverse("data_request_list") + "?show=late",
            action=_("View"),
            weight=15,
        )
    ]


def links(user) -> list[DeskLink]:
    found = [DeskLink(_("My data"), reverse("my_data"), weight=95)]
    if policy.may_see_requests(user):
        waiting = queries.requests_to_handle(user).filter(state__in=OPEN_REQUESTS).count()
        found.append(DeskLink(_("Data requests"), reverse("data_request_list"), count=waiting, weight=60))
    return found
