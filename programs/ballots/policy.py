"""Who may."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from programs.core.permissions import EVERYBODY, SCHOOL_STAFF, Reach, Role, does, sees

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
        _("open, close, draw and send ballots; centre managers only those for their own sessions, not for seasons"),
        (Role.CENTRE_STAFF, Role.DEPARTMENT_OFFICER),
        "ballot_new",
        "ballot_close",
        "ballot_draw",
        "ballot_send",
    ),
]


def can_run_ballot(managed_ids: Collection[int], centre_id: int | None, *, is_department: bool) -> bool:
    """The department runs all; a centre's manager those of its sessions (``centre_id``), not of a season (None)."""
    return is_department or centre_id in managed_ids
