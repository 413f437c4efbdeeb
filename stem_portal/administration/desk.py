"""What administration puts on a desk."""

from django.urls import reverse
from django.utils.translation import gettext as _

from programs.accounts.models import User
from programs.core.desk import DeskLink, DeskTask
from programs.core.jobs import to_look_into
from stem_portal.administration.roles import may_administer, may_read_the_log

SHOWN = 3


def links(user: User) -> list[DeskLink]:
    found = []
    if may_administer(user):
        found.append(DeskLink(label=_("Roles"), url=reverse("role_list"), weight=80))
        found.append(DeskLink(label=_("Days off and terms"), url=reverse("calendar_page"), weight=81))
    if may_read_the_log(user):
        found.append(DeskLink(label=_("Audit log"), url=reverse("audit_log"), weight=82))
    return found


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
