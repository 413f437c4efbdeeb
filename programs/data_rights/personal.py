"""Requests about data: told, erased, purged; former pupils are forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as translation_gettext_lazy

from programs.core.audit import reasons_of
from programs.core.models import Job
from programs.core.personal import Erasure, Fact, Section, Subject, carry_out, forgets, plan_erasure, rows_of, tells
from programs.core.retention import forget_jobs, kept_for, retention_rule
from programs.data_rights.choices import RequestState
from programs.data_rights.models import DataRequest
from programs.data_rights.queries import ARCHIVE_JOB, subject_of_record
from programs.pupils.models import Pupil


@tells("data_rights.DataRequest")
def data_requests(subject: Subject) -> Iterator[Section]:
    about = Q(pupil__in=subject.pupil_ids)
    if subject.user_id:
        about |= Q(person=subject.user_id)
    yield Section(
        code="data_requests",
        label=_("Requests about the data"),
        purpose=_("Answering them in time, and proof that it was done."),
        source=_("Who asked."),
        kept=kept_for("schools.data_requests"),
        rows=rows_of(DataRequest.objects.filter(about).order_by("received_at"), _of_request),
    )


def _of_request(row: DataRequest) -> list[Fact]:
    return [
        Fact("reference", _("Reference"), row.reference),
        Fact("kind", _("Kind"), row.get_kind_display()),
        Fact("state", _("State"), row.get_state_display()),
        Fact("asked_by", _("Asked by"), row.get_requester_display()),
        Fact("received", _("Received"), row.received_at),
        Fact("text", _("What is asked"), row.text),
        Fact("answer", _("Answer"), row.answer),
        Fact("due", _("Done by"), row.due_on),
        Fact("done", _("Done"), row.done_at),
    ]


@forgets("data_rights.DataRequest")
def forget_requests(subject: Subject) -> Iterator[Erasure]:
    about = Q(pupil__in=subject.pupil_ids)
    if subject.user_id:
        about |= Q(person=subject.user_id)
    worded = DataRequest.objects.filter(about).exclude(requester_name="", text="", answer="")
    keys = list(worded.values_list("pk", flat=True))
    yield Erasure(
        label=_("Requests about the data"),
        count=len(keys),
        outcome=Erasure.PSEUDONYMISED,
        why=_("Names and words go; kind, dates and outcome stay as proof that the law was kept."),
        carry_out=lambda: empty_requests(DataRequest.objects.filter(pk__in=keys)),
    )


def empty_requests(requests: QuerySet[DataRequest]) -> None:
    """Names and words go, and what was written as the reason of a step."""
    reasons_of(requests).delete()
    requests.update(requester_name="", text="", answer="")


@retention_rule(
    "schools.archives",
    label=translation_gettext_lazy("Archives of a person's data that the person asked for"),
    days=1,
    basis=translation_gettext_lazy("The owner fetches it within a day, or asks for a new one."),
    purge=forget_jobs,
)
def archives(limit: datetime) -> QuerySet[Job]:
    return Job.objects.filter(name=ARCHIVE_JOB, created_at__lt=limit)


@retention_rule(
    "schools.data_requests",
    label=translation_gettext_lazy("Names and words in requests about data that are closed"),
    days=730,
    basis=translation_gettext_lazy("Kept for two years as proof that the law was kept; kind, dates and outcome stay."),
    purge=empty_requests,
)
def finished_data_requests(limit: datetime) -> QuerySet[DataRequest]:
    closed = DataRequest.objects.filter(
        Q(done_at__lt=limit) | Q(state=RequestState.REFUSED, answered_at__lt=limit),
        state__in=[RequestState.DONE, RequestState.REFUSED],
    )
    return closed.exclude(requester_name="", text="", answer="")


def forget_former_pupils(rows: QuerySet[Pupil]) -> None:
    """Certificates stay: they are the former pupil's own proof."""
    for pupil in rows:
        carry_out(plan_erasure(subject_of_record(pupil)))


@retention_rule(
    "schools.pupils",
    label=translation_gettext_lazy("Records of pupils who have left their school, with their account"),
    days=730,
    basis=translation_gettext_lazy(
        "Two school years for late certificates and returns; the school's own register is the archive."
    ),
    purge=forget_former_pupils,
)
def former_pupils(limit: datetime) -> QuerySet[Pupil]:
    """Not while a request about them runs: it is answered first."""
    left = Pupil.objects.filter(left_on__lt=timezone.localdate(limit), erased_at__isnull=True)
    return left.exclude(
        data_requests__state__in=[RequestState.RECEIVED, RequestState.IDENTIFIED, RequestState.ANSWERED]
    )
