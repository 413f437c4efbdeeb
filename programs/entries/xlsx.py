"""What the downloaded list of entries holds."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from programs.projects.models import Project
from programs.spreadsheets.xlsx import Column, Sheet


def entries_sheet(entries: Iterable[Project], *, competition: str) -> Sheet:
    """One row for each entry that is in; names of pupils are not in it."""
    columns = [
        Column(_("Reference"), 14), Column(_("Title"), 50), Column(_("Field"), 26), Column(_("School or institution"), 40),
        Column(_("Status"), 24), Column(_("Submitted"), 18), Column(_("Files in the minutes of grace"), 16),
    ]  # fmt: skip
    rows = (
        [
            entry.reference, entry.title, entry.field.local_name if entry.field else "", entry.home,
            str(entry.get_state_display()),
            f"{timezone.localtime(entry.submitted_at):%d/%m/%Y %H:%M}" if entry.submitted_at else "",
            _("yes") if entry.used_grace else "",
        ]
        for entry in entries
    )  # fmt: skip
    return Sheet(pgettext("of a competition", "Entries"), competition, [], columns, rows)
