"""Whether a term's figures may be frozen now."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from programs.core.models import Term
from programs.core.refusals import Refusal
from programs.reviews.models import ParticipationReport


def term_is_over(term: Term, *, today: date) -> bool:
    return today > term.ends_on


def freeze_refusal(term: Term, same: ParticipationReport | None, *, today: date) -> Refusal | None:
    """``same`` is the frozen version that holds exactly the same figures."""
    if not term_is_over(term, today=today):
        message = _("The term runs until {day}; its figures can be frozen from the following day.")
        return Refusal("term_running", message.format(day=f"{term.ends_on:%d/%m/%Y}"))
    if same:
        message = _("Nothing has changed since version {version} was frozen; that version remains valid.")
        return Refusal("unchanged", message.format(version=same.version))
    return None
