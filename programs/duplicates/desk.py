"""What mergers of schools put on a person's desk."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.core.desk import DeskTask
from programs.duplicates.hooks import task_of
from programs.duplicates.policy import may_see_twins
from programs.duplicates.queries.merging import mergers_to_undo
from programs.duplicates.queries.pairs import waiting_by_school
from programs.schools.queries.roles import roles_of
from programs.schools.rules import COORDINATING


def tasks(user) -> list[DeskTask]:
    return _pairs_to_decide(user) + _mergers_to_undo(user)


def _pairs_to_decide(user) -> list[DeskTask]:
    """For the coordinator: by school, one query."""
    mine = [school for school in roles_of(user).schools_as(*COORDINATING) if school.is_working]
    counts = waiting_by_school(mine) if mine else {}
    return [task_of(school, counts[school.pk]) for school in mine if school.pk in counts]


def _mergers_to_undo(user) -> list[DeskTask]:
    """For the officer: how many pairs the schools still have to decide, while a merger can be undone."""
    mergers = list(mergers_to_undo(user, now=timezone.now())) if may_see_twins(user) else []
    if not mergers:
        return []
    words = ngettext(
        "{count} merger of schools can still be undone", "{count} mergers of schools can still be undone", len(mergers)
    )
    waiting = sum(waiting_by_school([merger.target for merger in mergers]).values())
    pairs = ngettext(
        "{count} pair of pupils is still to be decided by the schools.",
        "{count} pairs of pupils are still to be decided by the schools.",
        waiting,
    )
    return [
        DeskTask(
            title=words.format(count=len(mergers)),
            detail=pairs.format(count=waiting) if waiting else _("Every pair of pupils has been decided."),
            url=reverse("school_mergers"),
            action=_("View"),
            weight=60,
        )
    ]
