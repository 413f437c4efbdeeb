"""Who books, manages, approves and reads what."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from programs.bookings.models import Booking
from programs.centres.queries.schedule import managed_centre_ids, oversees_centre
from programs.centres.queries.sessions import centre_ids_of
from programs.core.permissions import EVERYBODY, SCHOOL_STAFF, SIGNED_IN, Reach, Role, does, sees
from programs.schools.choices import SchoolRole
from programs.schools.models import School
from programs.schools.policy import may_act_for
from programs.schools.queries.roles import roles_of


def may_book(user) -> bool:
    """Whether to offer the person the way to a booking. Strangers may try: they are led to sign in first."""
    return not user.is_authenticated or bool(roles_of(user).working_schools)


def may_book_for(user, school: School) -> bool:
    """Any current member of staff of a working school."""
    return may_act_for(user, school)


def may_manage(user, group: Any) -> bool:
    """The group's leader, and the school's coordinator or head; colleagues may look but not change anything.

    ``group`` is a booking, or an entry in a draw.
    """
    roles, school = roles_of(user), group.school
    if not may_act_for(user, school):
        return False
    return user.pk == group.leader_id or roles.coordinates(school) or SchoolRole.PRINCIPAL in roles.roles_at(school)


def may_receive(user, booking: Booking) -> bool:
    """The staff of the centre that the group visits."""
    return booking.session.field_trip.centre_id in centre_ids_of(user)


def may_cancel(user, booking: Booking) -> bool:
    """Either side."""
    return may_manage(user, booking) or may_receive(user, booking)


def may_write_needs(user, booking: Booking) -> bool:
    """Access and medical needs are written by the group's leader alone."""
    return user.pk == booking.leader_id and may_manage(user, booking)


def may_read_needs(user, booking: Booking) -> bool:
    """They are for the host, and for the leader who wrote them: not for colleagues and officers."""
    return user.pk == booking.leader_id or may_receive(user, booking)


def may_make_exception(user, booking: Booking) -> bool:
    """The centre's manager and the department answer for more pupils than were planned; nobody else may."""
    centre = booking.session.field_trip.centre_id
    return oversees_centre(user, centre) or centre in managed_centre_ids(user)


PERMISSIONS = [
    sees(_("the sessions of field trips with the places left"), EVERYBODY, "session_detail", reach=Reach.ALL),
    sees(_("the list of bookings, containing those within their scope"), SIGNED_IN, "booking_list"),
    sees(
        _("bookings with the group leader, the phone number and, until the visit, the calendar entry"),
        (*SCHOOL_STAFF, Role.CENTRE_STAFF, Role.WARD_OFFICER, Role.DEPARTMENT_OFFICER),
        "booking_detail",
        "booking_calendar",
    ),
    does(_("book places for a class, or join the waiting list"), SCHOOL_STAFF, "session_book", reach=Reach.ALL),
    does(_("list the pupils who take part in a visit"), SCHOOL_STAFF, "booking_roster"),
    does(
        _("tell the centre what to prepare for the group they lead; nobody else at school reads it"),
        (Role.TEACHER,),
        "booking_needs",
    ),
    does(
        _("answer offers while a group they lead is waiting; the school's leadership any offer"),
        SCHOOL_STAFF,
        "booking_answer",
    ),
    does(
        _("accept offered places, or leave the waiting list, through the personal link in an email"),
        EVERYBODY,
        "waiting_answer",
        reach=Reach.ALL,
    ),
    does(_("cancel bookings"), (*SCHOOL_STAFF, Role.CENTRE_STAFF), "booking_cancel"),
    does(
        _("give a waiting group places by exception, with a reason (centre managers)"),
        (Role.CENTRE_STAFF, Role.DEPARTMENT_OFFICER),
        "booking_exception",
    ),
]
