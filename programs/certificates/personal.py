"""Certificates of a person: what they hand over, and what the register keeps when the name has to go.

The register of serials is a record of the issuer: number, date, activity and school stay for ever. The name is the
holder's. It goes on request, except from an award: whoever gave it must keep the decision with its name (a legal
hold), and then only the issuer reads it. When a pupil's record merely reaches its end, certificates stay as they
are: they are the former pupil's own proof.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from io import BytesIO

from django.core.files.storage import storages
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.certificates.choices import CertificateState
from programs.certificates.models import Certificate
from programs.certificates.pdf import render, sheet_of
from programs.certificates.rules import HELD_BY_LAW
from programs.certificates.tasks import PRINT_JOB
from programs.core.models import Job
from programs.core.personal import (
    Erasure,
    Fact,
    Section,
    StoredFile,
    Subject,
    delete_files,
    forgets,
    hands_over,
    rows_of,
    tells,
)
from programs.core.retention import retention_rule
from programs.data_rights.choices import RequestKind, RequestState

PAGE_BYTES = 60_000  # about what one printed certificate takes; it is printed only when the archive is written


def certificates_of(subject: Subject) -> QuerySet[Certificate]:
    return Certificate.objects.filter(pupil__in=subject.pupil_ids).order_by("issued_at", "pk")


@tells("certificates.Certificate")
def certificates(subject: Subject) -> Iterator[Section]:
    yield Section(
        code="certificates",
        label=_("Certificates"),
        purpose=_("Proof that anyone can check who holds the certificate or its code."),
        source=_("The centre or the organiser that issued it."),
        kept=_("The number stays in the register for ever; the name goes on request, except where a law holds it."),
        rows=rows_of(certificates_of(subject), _of_certificate),
    )


def _of_certificate(row: Certificate) -> list[Fact]:
    return [
        Fact("serial", _("Serial"), row.serial),
        Fact("kind", _("Kind"), row.get_kind_display()),
        Fact("printed_name", _("Name as printed"), row.printed_name),
        Fact("class", _("Class"), row.class_name),
        Fact("school", _("School"), row.school_name),
        Fact("activity", _("Activity"), row.activity_title),
        Fact("held_on", _("Date"), row.held_on),
        Fact("state", _("State"), row.get_state_display()),
        Fact("verify_code", _("Verification code"), row.verify_code),
    ]


@hands_over
def certificate_pages(subject: Subject) -> Iterator[StoredFile]:
    for row in certificates_of(subject).filter(state=CertificateState.ISSUED).exclude(printed_name=""):
        yield StoredFile(
            folder="certificates",
            name=f"{row.serial}.pdf",
            size=PAGE_BYTES,
            open=lambda row=row: BytesIO(render([sheet_of(row)])),
        )


@forgets("certificates.Certificate")
def forget_certificates(subject: Subject) -> Iterator[Erasure]:
    rows = certificates_of(subject)
    yield from (_taken_back(rows) if subject.on_request else [_left_to_the_holder(rows)])
    yield from _printed_copies(rows)


def _left_to_the_holder(rows: QuerySet[Certificate]) -> Erasure:
    return Erasure(
        label=_("Certificates"),
        count=rows.count(),
        outcome=Erasure.KEPT,
        why=_("They are the former pupil's own proof; nobody asked to give it up."),
    )


def _taken_back(rows: QuerySet[Certificate]) -> Iterator[Erasure]:
    named = rows.exclude(printed_name="")
    free = list(named.exclude(kind__in=HELD_BY_LAW).values_list("pk", flat=True))
    yield Erasure(
        label=_("Certificates"),
        count=len(free),
        outcome=Erasure.PSEUDONYMISED,
        why=_(
            "Number, date and activity stay in the register; the name and the class go, and nobody can print it again."
        ),
        carry_out=lambda: take_names_out(Certificate.objects.filter(pk__in=free)),
    )
    yield Erasure(
        label=_("Certificates of an award"),
        count=named.filter(kind__in=HELD_BY_LAW).count(),
        outcome=Erasure.KEPT,
        why=_(
            "Whoever gives an award must keep the decision with its name (Law on Emulation and Commendation "
            "06/2022/QH15; the period is to be confirmed). The public page no longer shows the name."
        ),
    )


def _printed_copies(rows: QuerySet[Certificate]) -> Iterator[Erasure]:
    """Large prints of a whole visit lie in private storage for some days; they are made anew when asked for."""
    bookings = list(rows.exclude(booking=None).values_list("booking", flat=True).distinct())
    jobs = [job for job in Job.objects.filter(name=PRINT_JOB) if job.arguments.get("booking") in bookings]
    yield Erasure(
        label=_("Printed copies of whole visits"),
        count=len(jobs),
        outcome=Erasure.REMOVED,
        why=_("They are printed anew, without the name, when somebody asks for them."),
        carry_out=lambda: _delete_copies(jobs),
    )


def _delete_copies(jobs: list[Job]) -> None:
    delete_files(storages["private"], [job.result.get("key", "") for job in jobs if isinstance(job.result, dict)])
    Job.objects.filter(pk__in=[job.pk for job in jobs]).delete()


# --- How long the name on an award is held after its holder had it erased ------------------------
def take_names_out(rows: QuerySet[Certificate]) -> None:
    rows.update(printed_name="", class_name="", sort_key="")


@retention_rule(
    "certificates.held_names",
    label=gettext_lazy("Names on awards whose holder had the data erased"),
    days=3650,
    basis=gettext_lazy(
        "Whoever gives an award keeps the decision with its name (Law on Emulation and Commendation 06/2022/QH15)."
    ),
    purge=take_names_out,
    doubt=gettext_lazy("How long the decision must be kept is to be confirmed; until then the name stays."),
)
def held_names(limit: datetime) -> QuerySet[Certificate]:
    held = Certificate.objects.filter(kind__in=HELD_BY_LAW, issued_at__lt=limit).exclude(printed_name="")
    erased = {"pupil__data_requests__kind": RequestKind.ERASE, "pupil__data_requests__state": RequestState.DONE}
    return held.filter(**erased).distinct()
