"""Photographs of a visit: when they come in, and of whom. Plain values in; no clock, no query."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.core.refusals import Refusal
from programs.visits.choices import CAME

MOST_PHOTOGRAPHS = 30  # of one group


def photograph_refusal(
    *, state: str, kept: int, shown: Collection[int], agreed: Collection[int], nobody: bool
) -> Refusal | None:
    """Why a picture may not come in.

    ``shown``: the pupils who can be recognised in it; ``agreed``: those of the group for whom everybody who must has
    agreed to photographs (Law 91/2025/QH15, article 24); ``nobody``: somebody looked, and no pupil can be recognised.
    """
    if state not in CAME:
        return Refusal("not_held", _("Photographs can be added once the centre has checked the group in."))
    if kept >= MOST_PHOTOGRAPHS:
        return Refusal(
            "too_many", _("At most {count} photographs are kept of one group.").format(count=MOST_PHOTOGRAPHS)
        )
    if bool(shown) == nobody:
        return Refusal("who", _("Tick who can be recognised, or that nobody can."), "pupils")
    if missing := set(shown) - set(agreed):
        return Refusal(
            "no_consent",
            ngettext(
                "{count} pupil who can be recognised has no consent to photographs. Choose another picture.",
                "{count} pupils who can be recognised have no consent to photographs. Choose another picture.",
                len(missing),
            ).format(count=len(missing)),
            "pupils",
        )
    return None
