"""What the day of a visit puts on the desk: of a centre's staff, and the term's figures of a school."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.core.calendar import current_term
from programs.core.dates import short_moment
from programs.core.desk import DeskLink, DeskStat, DeskTask
from programs.schools.queries.roles import roles_of
from programs.visit_days import policy
from programs.visit_days.queries import day as day_queries

ROWS = 6


def tasks(user) -> list[DeskTask]:
    """Groups to check in, sessions to close."""
    if not policy.may_see_day(user):
        return []
    now = timezone.now()
    today = day_queries.centre_day(user, timezone.localtime(now).date())
    found = []
    if expected := today.groups_booked - today.groups_arrived:
        found.append(
            DeskTask(
                title=ngettext("{count} group is coming today", "{count} groups are coming today", expected).format(
                    count=expected
                ),
                detail=_("{arrived} of {booked} groups are checked in.").format(
                    arrived=today.groups_arrived, booked=today.groups_booked
                ),
                url=reverse("centre_day"),
                action=_("Open the day"),
                weight=5,
            )
        )
    for session in day_queries.sessions_to_close(user, now=now)[:ROWS]:
        day = timezone.localtime(session.starts_at).date()
        found.append(
            DeskTask(
                title=_("Close the session of {moment}").format(moment=short_moment(session.starts_at)),
                detail=_("{title}. Schools are waiting for their certificates.").format(
                    title=session.field_trip.local_title
                ),
                url=f"{reverse('centre_day')}?date={day:%Y-%m-%d}",
                action=_("Open the day"),
                weight=30,
            )
        )
    return found


def stats(user) -> list[DeskStat]:
    """Visits by pupils of the person's schools this term, and how many of them by girls."""
    schools = roles_of(user).school_ids
    term = current_term(timezone.localdate()) if schools else None
    if term is None:
        return []
    figures = day_queries.visits_in_term(schools, term)
    url = f"{reverse('booking_list')}?state=past"
    return [
        DeskStat(figures["pupils"], _("visits by pupils to a centre this term"), url),
        DeskStat(figures["girls"], _("of them by girls"), url),
    ]


def links(user) -> list[DeskLink]:
    if not policy.may_see_day(user):
        return []
    return [
        DeskLink(_("Today at the centre"), reverse("centre_day"), weight=10),
        DeskLink(_("The centre in figures"), reverse("centre_month"), weight=12),
    ]
