"""Who enters a draw, and who runs one."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from programs.ballots.models import Ballot, BallotEntry
from programs.bookings.policy import may_book_for, may_manage
from programs.centres.models import Session
from programs.centres.queries.schedule import managed_centre_ids, oversees_centre
from programs.centres.queries.sessions import centre_ids_of
from programs.core.permissions import EVERYBODY, SCHOOL_STAFF, Reach, Role, does, sees
from programs.schools.models import School
from programs.schools.queries.roles import roles_of


def may_enter(user, school: School) -> bool:
    """The same people who may book for the school."""
    return may_book_for(user, school)


def may_see_entries(user) -> bool:
    """The staff of a school; which entries they see, ``entries_visible_to`` says."""
    return roles_of(user).is_school_staff


def may_manage_entry(user, entry: BallotEntry) -> bool:
    """The group's leader, and the leadership of its school."""
    return may_manage(user, entry)


def may_write_needs(user, entry: BallotEntry) -> bool:
    return user.pk == entry.leader_id


def may_see_ballots(user) -> bool:
    """Behind the scenes: the department, and those who manage a centre; nobody else learns that the pages exist."""
    # Few work at a centre: only they are asked the last question.
    return roles_of(user).is_department or (bool(centre_ids_of(user)) and bool(managed_centre_ids(user)))


def may_open(user, session: Session | None) -> bool:
    """The department in its areas and the centre's manager; of a season (None) only who has the whole province."""
    if session is None:
        return roles_of(user).is_whole_department
    centre = session.field_trip.centre_id
    return oversees_centre(user, centre) or centre in managed_centre_ids(user)


def may_run(user, ballot: Ballot) -> bool:
    """Close, draw and send it: the same people who may open it. A draw takes two of them."""
    return may_open(user, ballot.session)


def may_take_out(user, session: Session) -> bool:
    """Cancel a session whose places are about to be drawn: its centre's managers, and the department."""
    return may_open(user, session)


PERMISSIONS = [
    sees(
        _("the ballots with their lists of schools, seeds and results, and the program that repeats a draw"),
        EVERYBODY,
        "ballot_detail",
        "ballot_list_json",
        "ballot_list_csv",
        "ballot_result_csv",
        "ballot_script",
        reach=Reach.ALL,
    ),
    does(_("enter classes of their school for a draw"), SCHOOL_STAFF, "session_enter", reach=Reach.ALL),
    sees(
        _("their school's entries, what gives them weight, and why they won or not"),
        SCHOOL_STAFF,
        "entry_list",
        "entry_detail",
    ),
    does(
        _("change and withdraw the entries they made; the school's leadership any entry"),
        SCHOOL_STAFF,
        "entry_edit",
        "entry_withdraw",
    ),
    sees(
        _("the management pages of ballots, with the effect of a draw before it is sent (centre managers)"),
        (Role.CENTRE_STAFF, Role.DEPARTMENT_OFFICER),
        "ballot_list",
        "ballot_run",
    ),
    does(
        _(
            "open, close, draw (one person enters the digits, another confirms them) and send ballots; centre managers "
            "only those for their own sessions, not for seasons"
        ),
        (Role.CENTRE_STAFF, Role.DEPARTMENT_OFFICER),
        "ballot_new",
        "ballot_close",
        "ballot_digits",
        "ballot_draw",
        "ballot_send",
    ),
    does(
        _("take a session that cannot take place out of a ballot (centre managers, the department)"),
        (Role.CENTRE_STAFF, Role.DEPARTMENT_OFFICER),
        "ballot_session_cancel",
    ),
]
