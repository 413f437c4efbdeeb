"""Who checks groups in, and answers for a visit."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from programs.bookings.models import Booking
from programs.bookings.policy import may_manage, may_receive
from programs.centres.models import Session
from programs.centres.queries.schedule import managed_centre_ids
from programs.centres.queries.sessions import centre_ids_of
from programs.core.permissions import EVERYBODY, SCHOOL_STAFF, Reach, Role, does, sees
from programs.schools.queries.roles import roles_of
from programs.visit_days.models import CheckInMark


def may_see_day(user) -> bool:
    """The staff of a centre see its day, its door and its month; nobody else learns that the pages exist."""
    return bool(centre_ids_of(user))


def may_check_in(user, booking: Booking) -> bool:
    """The staff of the centre to which the group comes."""
    return may_receive(user, booking)


def may_close(user, session: Session) -> bool:
    return session.field_trip.centre_id in centre_ids_of(user)


def may_let_in(user, session: Session) -> bool:
    """The staff of the centre let a group in that has no booking."""
    return may_close(user, session)


def may_enlarge(user, session: Session) -> bool:
    """Only a manager of the centre answers for more pupils than were planned."""
    return may_reopen(user, session)


def may_reopen(user, session: Session) -> bool:
    """What is final for the staff, a manager of the centre may open again."""
    return session.field_trip.centre_id in managed_centre_ids(user)


def may_decide_late(user, mark: CheckInMark) -> bool:
    """A manager of the centre to which the group came."""
    return may_reopen(user, mark.booking.session)


def may_settle(user, booking: Booking) -> bool:
    """After the closing a manager of the centre decides what is right of a group; until then whoever checks it in."""
    return may_reopen(user, booking.session)


def may_send_mark(user, mark: CheckInMark, booking: Booking) -> bool:
    """A mark that came before comes again only from its maker, for the same group."""
    return mark.booking_id == booking.pk and mark.by_id == user.pk


def may_show_pass(user, booking: Booking) -> bool:
    """The staff of the group's school."""
    return roles_of(user).is_staff_of(booking.school)


def may_keep_photographs(user, booking: Booking) -> bool:
    """The group's leader, the leadership of its school, and its host."""
    return may_manage(user, booking) or may_receive(user, booking)


def may_give_feedback(user, booking: Booking) -> bool:
    """The group's leader, and the leadership of its school."""
    return may_manage(user, booking)


def may_name_teacher(user, booking: Booking) -> bool:
    """Who led a group that came unannounced, its school says, or the centre once somebody called."""
    return may_manage(user, booking) or may_receive(user, booking)


PERMISSIONS = [
    sees(
        _("photographs of visits in which everyone shown has agreed"),
        (*SCHOOL_STAFF, Role.CENTRE_STAFF, Role.WARD_OFFICER, Role.DEPARTMENT_OFFICER),
        "booking_photographs",
        "photograph",
        "photograph_preview",
    ),
    does(
        _("add photographs of a visit they lead, are responsible for or host, and remove them"),
        (*SCHOOL_STAFF, Role.CENTRE_STAFF),
        "booking_photographs",
        "photograph_remove",
    ),
    sees(
        _("the centre's day: which groups come, and the names of those who take part"),
        (Role.CENTRE_STAFF,),
        "centre_day",
    ),
    does(
        _("check groups in, note and take back that a group did not come, and close sessions"),
        (Role.CENTRE_STAFF,),
        "booking_check_in",
        "booking_absent",
        "booking_absent_undo",
        "session_close",
        "day_close",
    ),
    does(
        _("let in a group that has no booking (beyond the places of the session only centre managers, with a reason)"),
        (Role.CENTRE_STAFF,),
        "session_unannounced",
    ),
    does(
        _("name the teacher and the class of a group that came unannounced"),
        (*SCHOOL_STAFF, Role.CENTRE_STAFF),
        "booking_teacher",
    ),
    does(
        _(
            "reopen a closed session for some days, and decide on check-ins that came late or disagree (centre managers)"
        ),
        (Role.CENTRE_STAFF,),
        "session_reopen",
        "late_mark",
        "dispute",
    ),
    sees(_("the pass of their group with its QR code"), SCHOOL_STAFF, "booking_pass", "booking_pass_pdf"),
    sees(
        _("what the QR code of a pass opens: nothing about the group, except for its school and its centre"),
        EVERYBODY,
        "pass_open",
        reach=Reach.ALL,
    ),
    sees(
        _("today's groups on a phone at the door, with names, who must not be photographed, and needs"),
        (Role.CENTRE_STAFF,),
        "door",
        "door_list",
    ),
    sees(
        _("the program for the check-in page at the door, which contains no one's data"),
        EVERYBODY,
        "door_worker",
        "door_manifest",
        reach=Reach.ALL,
    ),
    does(_("record on a phone, even offline, who came"), (Role.CENTRE_STAFF,), "door_marks"),
    sees(
        _("the centre's month in numbers, the groups behind them, and what teachers answered"),
        (Role.CENTRE_STAFF,),
        "centre_month",
        "month_rows",
        "month_xlsx",
    ),
    does(
        _("answer the questions after a visit they lead; the school's leadership can answer for any visit"),
        SCHOOL_STAFF,
        "booking_feedback",
    ),
]
