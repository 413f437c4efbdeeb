"""The team fills its documents; whoever may see the project may read them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from programs.core.permissions import SCHOOL_STAFF, Role, does, sees
from programs.documents.models import ProjectDocument
from programs.projects.queries.team import is_member


def may_fill(user, document: ProjectDocument) -> bool:
    """Its team."""
    return is_member(user, document.project)


PERMISSIONS = [
    sees(
        _("the documents of projects, with their files, links and pictures"),
        (Role.PUPIL, Role.STUDENT, *SCHOOL_STAFF, Role.DEPARTMENT_OFFICER),
        "project_documents",
        "project_document",
        "project_file",
        "project_image",
    ),
    does(
        _("fill the documents of their own project: files, links, answers"),
        (Role.PUPIL, Role.STUDENT),
        "document_answer",
        "document_link",
        "document_remove",
    ),
]
