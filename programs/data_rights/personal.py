"""Requests about data: told, erased, purged; former pupils are forgotten."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programs.core.models import Job
from programs.core.personal import carry_out, plan_erasure
from programs.core.personal_tables import Kind, erased, told
from programs.core.retention import forget_jobs, retention_rule
from programs.data_rights.choices import RequestState
from programs.data_rights.models import DataRequest
from programs.data_rights.queries import ARCHIVE_JOB, subject_of_record
from programs.pupils.models import Pupil

told(
    DataRequest,
    Kind(
        code="data_requests",
        label=_("Requests about the data"),
        purpose=_("Answering them in time, and evidence that this was done."),
        source=_("The person who asked."),
        kept="schools.data_requests",
    ),
    ("reference", _("Reference"), "reference"),
    "kind",
    "state",
    "asked_by=requester",
    "received=received_at",
    "text",
    "answer",
    ("due", _("Complete by"), "due_on"),
    ("done", _("Done"), "done_at"),
    order="received_at",
)


# --- Requests and roles -------------------------------------------------------------------------
erased(
    DataRequest,
    loses=(
        _("Requests about the data"),
        _("Names and text are deleted; type, dates and outcome are kept as evidence that the law was followed."),
    ),
    masked=(_("Requests of others that mention the name"), _("The name is removed from their text.")),
)


@retention_rule(
    "schools.archives",
    label=_("Archives of a person's data that the person asked for"),
    days=1,
    basis=_("The owner downloads it within a day, or asks for a new one."),
    purge=forget_jobs,
)
def archives(limit: datetime) -> QuerySet[Job]:
    return Job.objects.filter(name=ARCHIVE_JOB, created_at__lt=limit)


@retention_rule(
    "schools.data_requests",
    label=_("Names and text in closed data requests"),
    days=730,
    basis=_("Kept for two years as evidence that the law was followed; type, dates and outcome are kept."),
)
def finished_data_requests(limit: datetime) -> QuerySet[DataRequest]:
    return DataRequest.objects.filter(
        Q(done_at__lt=limit) | Q(state=RequestState.REFUSED, answered_at__lt=limit),
        state__in=[RequestState.DONE, RequestState.REFUSED],
    )


def forget_former_pupils(rows: QuerySet[Pupil]) -> None:
    """Certificates stay: they are the former pupil's own proof."""
    for pupil in rows:
        carry_out(plan_erasure(subject_of_record(pupil)))


@retention_rule(
    "schools.pupils",
    label=_("Records of pupils who have left their school, with their accounts"),
    days=730,
    basis=_(
        "Two school years, for late certificates and for pupils who return; the school's own register is the archive."
    ),
    purge=forget_former_pupils,
)
def former_pupils(limit: datetime) -> QuerySet[Pupil]:
    """Not while a request about them runs: it is answered first."""
    left = Pupil.objects.filter(left_on__lt=timezone.localdate(limit), erased_at__isnull=True)
    return left.exclude(
        data_requests__state__in=[RequestState.RECEIVED, RequestState.IDENTIFIED, RequestState.ANSWERED]
    )
