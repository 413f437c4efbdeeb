"""The way to the competitions and their rules, for those who run them."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from programs.competitions.policy import may_run_competitions
from programs.core.desk import DeskLink


def links(user) -> list[DeskLink]:
    if not may_run_competitions(user):
        return []
    return [DeskLink(_("Competitions and rules"), reverse("competition_board"), weight=39)]
