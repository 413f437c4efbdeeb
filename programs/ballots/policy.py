"""Who may."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from programs.core.permissions import EVERYBODY, SCHOOL_STAFF, Reach, Role, does, sees

PERMISSIONS = [
    sees(
        _("the ballots with their lists of schools, seeds, results, and the program that repeats a draw"),
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
        _("the entries of their school, what they weigh, and why they won or not"),
        SCHOOL_STAFF,
        "entry_list",
        "entry_detail",
    ),
    does(
        _("change and withdraw the entries that they made; those who lead the school any"),
        SCHOOL_STAFF,
        "entry_edit",
        "entry_withdraw",
    ),
    sees(
        _("ballots from behind, with what a draw does before it is sent (managers of a centre)"),
        (Role.CENTRE_STAFF, Role.DEPARTMENT_OFFICER),
        "ballot_list",
        "ballot_run",
    ),
    does(
        _("open, close, draw and send ballots; managers of a centre those of its sessions, not of seasons"),
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
