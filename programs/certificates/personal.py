"""A person's certificates: what is exported, and what the register keeps when the name is erased.

The register of serials is the issuer's record: number, date, activity and school are kept permanently. The name belongs
to the holder. It is deleted on request, except from an award: the issuer must keep the decision with the name (a legal
hold), and then only the issuer can read it. When a pupil's record simply reaches the end of its retention period,
certificates are left unchanged: they are the former pupil's own evidence.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from io import BytesIO

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from programs.certificates.choices import CertificateState
from programs.certificates.models import Certificate
from programs.certificates.pdf import render, sheet_of
from programs.certificates.rules import HELD_BY_LAW
from programs.certificates.tasks import PRINT_JOB
from programs.core.models import Job
from programs.core.personal import Erasure, StoredFile, Subject, forgets, hands_over
from programs.core.personal_tables import Kind, erased, own_rows, told
from programs.core.retention import forget_jobs, retention_rule
from programs.data_rights.choices import RequestKind, RequestState

PAGE_BYTES = 60_000  # about what one printed certificate takes; it is printed only when the archive is written

told(
    Certificate,
    Kind(
        code="certificates",
        label=_("Certificates"),
        purpose=_("Evidence that anyone can check if they hold the certificate or its code."),
        source=_("The centre or the organiser that issued it."),
        kept=_(
            "The number stays in the register permanently; the name is deleted on request, unless a law requires it "
            "to be kept."
        ),
    ),
    "serial",
    ("kind", _("Type"), "kind"),
    "printed_name",
    ("class", _("Class"), "class_name"),
    "school",
    ("activity", _("Activity"), "activity_title"),
    ("held_on", _("Date"), "held_on"),
    "state",
    "verify_code",
    order="issued_at",
)


@hands_over
def certificate_pages(subject: Subject) -> Iterator[StoredFile]:
    issued = own_rows(Certificate, subject).filter(state=CertificateState.ISSUED).exclude(printed_name="")
    for row in issued.order_by("issued_at", "pk"):
        yield StoredFile(
            folder="certificates",
            name=f"{row.serial}.pdf",
            size=PAGE_BYTES,
            open=lambda row=row: BytesIO(render([sheet_of(row)])),
        )


def given_back(subject: Subject) -> QuerySet[Certificate]:
    rows = own_rows(Certificate, subject).exclude(kind__in=HELD_BY_LAW)
    return rows if subject.on_request else rows.none()


def held(subject: Subject) -> QuerySet[Certificate]:
    rows = own_rows(Certificate, subject).filter(kind__in=HELD_BY_LAW).exclude(printed_name="")
    return rows if subject.on_request else rows.none()


def left_to_the_holder(subject: Subject) -> QuerySet[Certificate]:
    rows = own_rows(Certificate, subject)
    return rows.none() if subject.on_request else rows


erased(
    Certificate,
    of=given_back,
    loses=(
        _("Certificates"),
        _(
            "The number, date and activity stay in the register; the name and class are deleted, and nobody can "
            "print it again."
        ),
    ),
)
erased(
    Certificate,
    of=held,
    kept=(
        _("Certificates of an award"),
        _(
            "An organisation that gives an award must keep the decision with the name (Law on Emulation and "
            "Commendation 06/2022/QH15; the period is to be confirmed). The public page no longer shows the "
            "name."
        ),
    ),
)
erased(
    Certificate,
    of=left_to_the_holder,
    kept=(_("Certificates"), _("They are the former pupil's own evidence; nobody has asked for them to be deleted.")),
)


@forgets()
def forget_printed_copies(subject: Subject) -> Iterator[Erasure]:
    """Large prints of a whole visit are kept in private storage for a few days and recreated on request."""
    bookings = list(own_rows(Certificate, subject).exclude(booking=None).values_list("booking", flat=True).distinct())
    jobs = [job.pk for job in Job.objects.filter(name=PRINT_JOB) if job.arguments.get("booking") in bookings]
    yield Erasure(
        label=_("Printed copies for whole groups"),
        count=len(jobs),
        outcome=Erasure.REMOVED,
        why=_("They are printed again, without the name, when someone needs them."),
        carry_out=lambda: forget_jobs(Job.objects.filter(pk__in=jobs)),
    )


# --- How long the name on an award is held after its holder had it erased ------------------------
@retention_rule(
    "certificates.held_names",
    label=_("Names on awards whose holders had their data erased"),
    days=3650,
    basis=_(
        "An organisation that gives an award keeps the decision with the name (Law on Emulation and "
        "Commendation 06/2022/QH15)."
    ),
    doubt=_("How long the decision must be kept is to be confirmed; until then the name stays."),
)
def held_names(limit: datetime) -> QuerySet[Certificate]:
    held = Certificate.objects.filter(kind__in=HELD_BY_LAW, issued_at__lt=limit)
    erased = {"pupil__data_requests__kind": RequestKind.ERASE, "pupil__data_requests__state": RequestState.DONE}
    return held.filter(**erased).distinct()
