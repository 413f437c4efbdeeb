"""What the desk shows a university student of the own studies."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from programs.core.desk import DeskLink
from programs.schools.queries.roles import roles_of


def links(user) -> list[DeskLink]:
    if roles_of(user).student is None:
        return []
    return [DeskLink(_("My studies"), reverse("student_studies"), weight=60)]
