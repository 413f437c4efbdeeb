"""Background tasks of the certificates wing."""

from __future__ import annotations

from django.core.files.base import ContentFile

from programs.certificates.models import Certificate
from programs.certificates.pdf import render, sheet_of
from programs.certificates.queries import certificates_of, reads_all
from programs.core.jobs import Progress, job, must_still
from programs.core.private_files import keep_file

PRINT_JOB = "certificates.print"


@job(PRINT_JOB)
def print_booking(progress: Progress, *, booking: int) -> dict:
    """All valid certificates of a large visit as one PDF in private storage; the result names its key."""
    certificates: list[Certificate] = list(certificates_of(booking))
    must_still(progress.job_id, lambda owner: reads_all(owner, certificates))
    if not certificates:
        return {"key": ""}
    data = render(map(sheet_of, certificates), progress=lambda done: progress(done, len(certificates)))
    key = keep_file(ContentFile(data), folder="certificates", ending=".pdf")
    return {"key": key}
