"""Checks of entries: told with the project, emptied with a project that was one person's alone."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from programs.core.personal import Subject
from programs.core.personal_tables import erased, told
from programs.entries.models import Check
from programs.projects.personal import PROJECTS, alone, projects_of


def checks_of(subject: Subject) -> QuerySet[Check]:
    return Check.objects.filter(project__in=projects_of(subject))


def checks_of_these(subject: Subject) -> QuerySet[Check]:
    return Check.objects.filter(project__in=alone(subject))


told(
    Check,
    PROJECTS,
    ("reference", _("Reference"), "project.reference"),
    "found",
    ("checked", _("Checked"), "at"),
    of=checks_of,
)
erased(
    Check,
    of=checks_of_these,
    loses=(_("Checks of entries without a team mate"), _("The reason may speak of the pupils; the finding stays.")),
    masked=(_("Reasons of checks that mention the name"), _("The name is removed from them.")),
)
