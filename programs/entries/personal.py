"""Checks of entries: told with the project, emptied with a project that was one person's alone.

What officers noted of similar files goes with the files; like what they were compared by, it is for officers alone.
"""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from programs.core.personal import TOLD, Subject
from programs.core.personal_tables import erased, speaks_for, told
from programs.entries.models import Check, Look
from programs.projects.personal import PROJECTS, alone, projects_of


def checks_of(subject: Subject) -> QuerySet[Check]:
    return Check.objects.filter(project__in=projects_of(subject))


def checks_of_these(subject: Subject) -> QuerySet[Check]:
    return Check.objects.filter(project__in=alone(subject))


def looks_of_these(subject: Subject) -> QuerySet[Look]:
    gone = alone(subject).values("pk")
    return Look.objects.filter(Q(similarity__first__project__in=gone) | Q(similarity__second__project__in=gone))


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

speaks_for(TOLD, "projects", Look._meta.label)
erased(
    Look,
    of=looks_of_these,
    removed=(_("Notes on files that were alike"), _("They go with the files of these projects.")),
    masked=(_("Notes on files that mention the name"), _("The name is removed from them.")),
)
