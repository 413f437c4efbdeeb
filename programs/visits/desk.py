"""What the desk shows of visits: to a school's staff, and to a centre's."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.core.calendar import current_term
from programs.core.dates import short_moment
from programs.core.desk import DeskItem, DeskLink, DeskSection, DeskStat, DeskTable, DeskTask
from programs.schools.queries import standing_of
from programs.visits import queries, waiting_desk
from programs.visits.choices import CAME, LIVE
from programs.visits.models import Booking
from programs.visits.queries.schedule import managed_centre_ids

ROWS = 6


def tasks(user) -> list[DeskTask]:
    """Offers, papers and approvals for schools and authorities; groups to check in, sessions to close for a centre."""
    return waiting_desk.tasks(user, now=timezone.now()) + _centre_tasks(user)


def _centre_tasks(user) -> list[DeskTask]:
    if not queries.centre_ids_of(user):
        return []
    now = timezone.now()
    today = queries.centre_day(user, timezone.localtime(now).date())
    found = []
    if expected := today.groups_booked - today.groups_arrived:
        found.append(
            DeskTask(
                title=ngettext("{count} group comes today", "{count} groups come today", expected).format(
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
    for session in queries.sessions_to_close(user, now=now)[:ROWS]:
        day = timezone.localtime(session.starts_at).date()
        found.append(
            DeskTask(
                title=_("Close the session of {moment}").format(moment=short_moment(session.starts_at)),
                detail=_("{title}. Schools wait for their certificates.").format(title=session.field_trip.local_title),
                url=f"{reverse('centre_day')}?date={day:%Y-%m-%d}",
                action=_("Open the day"),
                weight=30,
            )
        )
    return found


def stats(user) -> list[DeskStat]:
    """Pupils of the person's schools who experienced a centre this term, and how many were girls."""
    schools = standing_of(user).school_ids
    term = current_term(timezone.localdate()) if schools else None
    if term is None:
        return []
    figures = queries.pupils_in_term(schools, term)
    url = f"{reverse('booking_list')}?state=past"
    return [
        DeskStat(figures["pupils"], _("pupils visited a centre this term"), url),
        DeskStat(figures["girls"], _("of them girls"), url),
    ]


def links(user) -> list[DeskLink]:
    """The ways into the wing, for those who have something there."""
    found = []
    managed = bool(queries.centre_ids_of(user)) and bool(managed_centre_ids(user))  # few ask the second question
    if queries.centre_ids_of(user):
        found.append(DeskLink(_("Today at the centre"), reverse("centre_day"), weight=10))
        found.append(DeskLink(_("Schedule"), reverse("centre_list"), weight=11))
        found.append(DeskLink(_("The centre in numbers"), reverse("centre_month"), weight=12))
    standing = standing_of(user)
    if standing.is_department:
        found.append(DeskLink(_("Centres and seasons"), reverse("centre_list"), weight=18))
    if standing.is_department or managed:
        found.append(DeskLink(_("Ballots"), reverse("ballot_list"), weight=18))
    if standing.is_school_staff:
        found.append(DeskLink(_("Find a session"), reverse("session_search"), weight=19))
    if standing.is_school_staff or standing.is_officer or found:
        found.append(DeskLink(_("Bookings"), reverse("booking_list"), weight=20))
    return found


def tables(user) -> list[DeskTable]:
    """The school's next visits, waiting ones too."""
    if not standing_of(user).is_school_staff:
        return []
    rows = queries.bookings_of_schools(user).filter(state__in=LIVE, session__ends_at__gt=timezone.now())
    upcoming = list(rows.order_by("session__starts_at", "id")[:ROWS])
    return [DeskTable("visits/desk_bookings.html", upcoming, weight=20)] if upcoming else []


def sections(user) -> list[DeskSection]:
    """For a pupil: the visits to come, then those that were."""
    pupil = standing_of(user).pupil
    if pupil is None:
        return []
    now = timezone.now()
    bookings = list(queries.bookings_of_pupil(pupil, now=now).order_by("-session__starts_at")[: 2 * ROWS])
    coming = [booking for booking in reversed(bookings) if booking.session.ends_at > now]
    been = [booking for booking in bookings if booking.session.ends_at <= now and booking.attended is not None]
    return [
        DeskSection(
            title=_("My visits"),
            icon="calendar",
            items=[_item(booking) for booking in (coming + been)[:ROWS]],
            empty=_("No visit yet. Your teacher books visits for your class; you see them here."),
            weight=20,
        )
    ]


def _item(booking: Booking) -> DeskItem:
    session = booking.session
    state, label = booking.state, booking.get_state_display()
    if booking.state in CAME and booking.attended is not None:
        state, label = ("attended", _("You were there")) if booking.attended else ("no_show", _("You were not there"))
    return DeskItem(
        title=session.field_trip.local_title,
        detail=f"{short_moment(session.starts_at)} · {session.field_trip.centre}",
        url=reverse("session_detail", args=[session.pk]),
        state=state,
        label=label,
    )
