"""The ways to a centre's calendar, and to a session with free places."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from programs.centres.queries import sessions as session_queries
from programs.core.desk import DeskLink
from programs.schools.queries.roles import roles_of


def links(user) -> list[DeskLink]:
    found = []
    if session_queries.centre_ids_of(user):
        found.append(DeskLink(_("Schedule"), reverse("centre_list"), weight=11))
    roles = roles_of(user)
    if roles.is_department:
        found.append(DeskLink(_("Centres and seasons"), reverse("centre_list"), weight=18))
    if roles.is_school_staff:
        found.append(DeskLink(_("Find a session"), reverse("session_search"), weight=19))
    return found
