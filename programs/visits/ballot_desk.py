"""The way to the draws, for those who run them."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from programs.core.desk import DeskLink
from programs.schools.queries import standing_of
from programs.visits import queries
from programs.visits.queries.schedule import managed_centre_ids


def links(user) -> list[DeskLink]:
    managed = bool(queries.centre_ids_of(user)) and bool(managed_centre_ids(user))  # few ask the second question
    if not (standing_of(user).is_department or managed):
        return []
    return [DeskLink(_("Ballots"), reverse("ballot_list"), weight=18)]
