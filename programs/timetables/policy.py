"""Who changes a centre's timetable: its managers (``centres.policy.may_schedule``)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from programs.core.permissions import Role, does

PERMISSIONS = [
    does(
        _("change all remaining sessions of a series, swap the rooms of two sessions, change the booking rules of a "
          "session or of a series (centre managers)"),
        (Role.CENTRE_STAFF,),
        "series_change",
        "series_terms",
        "session_swap",
        "session_terms",
    ),
]  # fmt: skip
