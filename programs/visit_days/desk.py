"""What the day of a visit puts on the desk: of a centre's staff, the term's figures of a school, a pupil's own."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.bookings.choices import CAME
from programs.bookings.models import Booking
from programs.core.calendar import current_term
from programs.core.dates import short_moment
from programs.core.desk import DeskItem, DeskLink, DeskSection, DeskStat, DeskTask
from programs.schools.queries.roles import roles_of
from programs.visit_days import policy
from programs.visit_days.queries import day as day_queries
from programs.visit_days.queries.closing import late_marks_to_decide
from programs.visit_days.queries.day import visits_of_pupil
from programs.visit_days.queries.disputes import disputes_to_decide

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
    for mark in late_marks_to_decide(user)[:ROWS]:
        found.append(
            DeskTask(
                title=_("Check-in that arrived late: {school}").format(school=mark.booking.school),
                detail=_("Noted at {made} by {person}, after that the session was closed.").format(
                    made=short_moment(mark.made_at), person=mark.by or _("somebody")
                ),
                url=reverse("late_mark", args=[mark.pk]),
                action=_("Decide"),
                weight=20,
            )
        )
    for booking in day_queries.without_agreement(user, now=now)[:ROWS]:
        found.append(
            DeskTask(
                title=_("Agreement missing: {school}").format(school=booking.school),
                detail=_(
                    "{moment}. The visit changed after it was approved, and nobody has agreed in time. Call {who}, {phone}."
                ).format(moment=short_moment(booking.session.starts_at), who=booking.leader, phone=booking.shown_phone),
                url=reverse("booking_detail", args=[booking.reference]),
                action=_("View the booking"),
                weight=25,
            )
        )
    for booking in disputes_to_decide(user)[:ROWS]:
        found.append(
            DeskTask(
                title=_("Records that do not agree: {school}").format(school=booking.school),
                detail=_("The session of {moment} was closed before anybody decided.").format(
                    moment=short_moment(booking.session.starts_at)
                ),
                url=reverse("dispute", args=[booking.reference]),
                action=_("Decide"),
                weight=22,
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


def sections(user) -> list[DeskSection]:
    """For a pupil: upcoming visits, then past ones."""
    pupil = roles_of(user).pupil
    if pupil is None:
        return []
    now = timezone.now()
    bookings = list(visits_of_pupil(pupil, now=now).order_by("-session__starts_at")[: 2 * ROWS])
    coming = [booking for booking in reversed(bookings) if booking.session.ends_at > now]
    been = [booking for booking in bookings if booking.session.ends_at <= now and booking.attended is not None]
    return [
        DeskSection(
            title=_("My visits"),
            icon="calendar",
            items=[_item(booking) for booking in (coming + been)[:ROWS]],
            empty=_("No visits yet. Your teacher books visits for your class, and you will see them here."),
            weight=20,
        )
    ]


def _item(booking: Booking) -> DeskItem:
    session = booking.session
    state, label = booking.state, booking.get_state_display()
    if booking.state in CAME and booking.attended is not None:
        state, label = ("attended", _("You were there")) if booking.attended else ("no_show", _("You were absent"))
    return DeskItem(
        title=session.field_trip.local_title,
        detail=f"{short_moment(session.starts_at)} · {session.field_trip.centre}",
        url=reverse("session_detail", args=[session.pk]),
        state=state,
        label=label,
    )
