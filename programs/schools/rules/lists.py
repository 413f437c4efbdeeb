"""Who brings in the official list of schools, and until when."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from programs.core.refusals import Refusal
from programs.schools.choices import ImportState
from programs.schools.rules.standing import Standing


def can_import_list(standing: Standing) -> bool:
    """The department; one whose post is cut to some areas changes only the schools there."""
    return standing.is_department


def list_refusal(state: str) -> Refusal | None:
    if state in (ImportState.UPLOADED, ImportState.READY):
        return None
    return Refusal("wrong_state", _("This list was applied or dropped already. Upload it anew."))
