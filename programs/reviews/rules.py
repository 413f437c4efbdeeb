"""Who may see and freeze, and whether it may happen now. Plain values in; no clock, no query."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from programs.core.refusals import Refusal


def term_is_over(*, today: date, ends_on: date) -> bool:
    return today > ends_on


def freeze_refusal(*, today: date, ends_on: date, unchanged_since: int | None) -> Refusal | None:
    """``unchanged_since`` is the frozen version that holds exactly the same figures."""
    if not term_is_over(today=today, ends_on=ends_on):
        message = _("The term runs until {day}; its figures can be frozen from the following day.")
        return Refusal("term_running", message.format(day=f"{ends_on:%d/%m/%Y}"))
    if unchanged_since is not None:
        message = _("Nothing has changed since version {version} was frozen; that version remains valid.")
        return Refusal("unchanged", message.format(version=unchanged_since))
    return None
