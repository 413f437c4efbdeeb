"""Letters about a project."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from programs.accounts.models import User
from programs.notices.actions import write_message
from programs.projects.models import Project
from programs.projects.queries.team import members_of


def tell(project: Project, kind: str, people: Iterable[User | None], *, reason: str = "", **more: Any) -> None:
    """One letter ``templates/emails/<kind>.txt`` to each of ``people``, once for this move of the project.

    ``more`` are further values that the template shows. To be called in the transaction of the act.
    """
    for person in filter(None, people):
        write_message(
            kind=kind,
            to=person,
            dedupe_key=f"{kind}:{project.reference}:{project.updated_at.isoformat()}:{more.get('name', '')}:{person.pk}",
            context={
                "title": project.title,
                "reference": project.reference,
                "competition": project.competition,
                "members": [person.full_name for person in members_of(project)],
                "reason": reason or project.return_reason,
                **more,
            },
            link=reverse("project_detail", args=[project.reference]),
        )
