"""What a booking and an entry in a draw tell of their group."""

from __future__ import annotations

from django.utils.translation import gettext as _

from programs.core.personal import Fact
from programs.visits.models import GroupColumns


def facts_of_group(row: GroupColumns) -> list[Fact]:
    """That something was noted, not what: such texts speak of the pupils."""
    return [
        Fact("phone", _("Telephone on the day"), row.shown_phone),
        Fact("needs", _("Access and medical needs that you told"), bool(row.needs)),
        Fact("note", _("Note to the centre"), bool(row.note)),
    ]
