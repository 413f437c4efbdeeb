"""What taught lessons put on a person's desk."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from programs.core.desk import DeskLink
from programs.schools.queries.roles import roles_of


def links(user) -> list[DeskLink]:
    roles = roles_of(user)
    if not (roles.working_schools or roles.is_officer):
        return []
    return [DeskLink(_("Taught lessons"), reverse("activity_list"), weight=50)]
