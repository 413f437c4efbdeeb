"""How long the schools wing keeps what it was given."""

from __future__ import annotations

from datetime import datetime

from django.core.files.storage import storages
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programs.core.models import Job
from programs.core.personal import carry_out, delete_files, plan_erasure
from programs.core.retention import forget_jobs, retention_rule
from programs.schools.choices import ClaimState, RequestState
from programs.schools.models import (
    DataRequest,
    GuardianLink,
    Invitation,
    Pupil,
    RosterImport,
    RosterRow,
    SchoolClaim,
    SchoolListImport,
)
from programs.schools.personal.forgetting import FORMER_STAFF, empty_claims, empty_requests
from programs.schools.queries.rights import ARCHIVE_JOB, subject_of_record


@retention_rule(
    "schools.roster_rows",
    label=_("Lines of uploaded spreadsheets, read for an import"),
    days=30,
    basis=_("The pupils' records hold what was taken over; the figures of the import stay."),
)
def roster_rows(limit: datetime) -> QuerySet[RosterRow]:
    return RosterRow.objects.filter(roster__created_at__lt=limit)


@retention_rule(
    "schools.archives",
    label=_("Archives of a person's data that the person asked for"),
    days=1,
    basis=_("The owner fetches it within a day, or asks for a new one."),
    purge=forget_jobs,
)
def archives(limit: datetime) -> QuerySet[Job]:
    return Job.objects.filter(name=ARCHIVE_JOB, created_at__lt=limit)


def drop_uploads(rows: QuerySet) -> None:
    delete_files(storages["private"], rows.values_list("file_path", flat=True))
    rows.update(file_path="", file_name="")


@retention_rule(
    "schools.roster_files",
    label=_("Uploaded spreadsheets of pupils"),
    days=7,
    basis=_("The school has the file itself; here it only served the import."),
    purge=drop_uploads,
)
def roster_files(limit: datetime) -> QuerySet[RosterImport]:
    return RosterImport.objects.filter(created_at__lt=limit).exclude(file_path="")


@retention_rule(
    "schools.list_files",
    label=_("Uploaded official lists of schools"),
    days=90,
    basis=_("The officer has the file itself; here it only served the import."),
    purge=drop_uploads,
)
def list_files(limit: datetime) -> QuerySet[SchoolListImport]:
    return SchoolListImport.objects.filter(created_at__lt=limit).exclude(file_path="")


@retention_rule(
    "schools.guardian_links",
    label=_("Guardians' links that expired or were voided"),
    days=90,
    basis=_("They open nothing any more; what was done through them stands in the consents."),
)
def guardian_links(limit: datetime) -> QuerySet[GuardianLink]:
    return GuardianLink.objects.filter(Q(expires_at__lt=limit) | Q(voided_at__lt=limit))


@retention_rule(
    "schools.invitations",
    label=_("Invitations that were accepted, withdrawn or have expired"),
    days=90,
    basis=_("They only served to open an account."),
)
def invitations(limit: datetime) -> QuerySet[Invitation]:
    return Invitation.objects.filter(
        Q(accepted_at__lt=limit) | Q(withdrawn_at__lt=limit) | Q(expires_at__lt=limit, accepted_at__isnull=True)
    )


@retention_rule(
    "schools.refused_claims",
    label=_("Names and addresses in registrations of schools that were refused"),
    days=90,
    basis=_("Long enough for an objection; that the registration was refused stays known."),
    purge=lambda rows: empty_claims(list(rows.values_list("pk", flat=True))),
)
def refused_claims(limit: datetime) -> QuerySet[SchoolClaim]:
    refused = SchoolClaim.objects.filter(state=ClaimState.REFUSED, decided_at__lt=limit)
    return refused.exclude(full_name=FORMER_STAFF)


@retention_rule(
    "schools.data_requests",
    label=_("Names and words in requests about data that are closed"),
    days=730,
    basis=_("Kept for two years as proof that the law was kept; kind, dates and outcome stay."),
    purge=empty_requests,
)
def data_requests(limit: datetime) -> QuerySet[DataRequest]:
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
    label=_("Records of pupils who have left their school, with their account"),
    days=730,
    basis=_("Two school years for late certificates and returns; the school's own register is the archive."),
    purge=forget_former_pupils,
)
def pupils(limit: datetime) -> QuerySet[Pupil]:
    """Not while a request about them runs: it is answered first."""
    left = Pupil.objects.filter(left_on__lt=timezone.localdate(limit), erased_at__isnull=True)
    return left.exclude(
        data_requests__state__in=[RequestState.RECEIVED, RequestState.IDENTIFIED, RequestState.ANSWERED]
    )
