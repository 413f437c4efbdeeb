"""The way to the draws, for those who run them."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from programs.centres.queries import sessions as session_queries
from programs.centres.queries.schedule import managed_centre_ids
from programs.core.desk import DeskLink
from programs.schools.queries.roles import roles_of


def links(user) -> list[DeskLink]:
    managed = bool(session_queries.centre_ids_of(user)) and bool(
        managed_centre_ids(user)
    )  # few ask the second question
    if not (roles_of(user).is_department or managed):
        return []
    return [DeskLink(_("Ballots"), reverse("ballot_list"), weight=18)]
