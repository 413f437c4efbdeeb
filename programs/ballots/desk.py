"""The way to the draws, for those who run them."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from programs.ballots.policy import may_see_ballots
from programs.core.desk import DeskLink


def links(user) -> list[DeskLink]:
    return [DeskLink(_("Ballots"), reverse("ballot_list"), weight=18)] if may_see_ballots(user) else []
