"""What administration puts on a desk."""

from django.urls import reverse
from django.utils.translation import gettext as _

from programs.accounts.models import User
from programs.core.desk import DeskLink, DeskTask
from programs.core.jobs import to_look_into
from stem_portal.administration.roles import may_administer

SHOWN = 3


def links(user: User) -> list[DeskLink]:
    return [DeskLink(label=_("Roles"), url=reverse("role_list"), weight=80)] if may_administer(user) else []


def tasks(user: User) -> list[DeskTask]:
    """Runs in the background that failed, or left rows behind."""
    if not may_administer(user):
        return []
    return [
        DeskTask(
            title=_("A background run left something undone: {job}").format(job=job.name),
            detail=job.error[:200],
            url=reverse("admin:core_job_change", args=[job.pk]),
            action=_("Look into it"),
            weight=10,
        )
        for job in to_look_into()[:SHOWN]
    ]
