"""Background tasks of the certificates wing."""

from __future__ import annotations

import secrets

from django.core.files.base import ContentFile
from django.core.files.storage import storages

from programs.certificates.models import Certificate
from programs.certificates.pdf import render, sheet_of
from programs.certificates.queries import certificates_of, reads_all
from programs.core.jobs import Progress, job, must_still

PRINT_JOB = "certificates.print"


@job(PRINT_JOB)
def print_booking(progress: Progress, *, booking: int) -> dict:
    """All valid certificates of a large visit as one PDF in private storage; the result names its key."""
    certificates: list[Certificate] = list(certificates_of(booking))
    must_still(progress.job_id, lambda owner: reads_all(owner, certificates))
    if not certificates:
        return {"key": ""}
    data = render(map(sheet_of, certificates), progress=lambda done: progress(done, len(certificates)))
    key = storages["private"].save(f"certificates/{secrets.token_urlsafe(24)}.pdf", ContentFile(data))
    return {"key": key}
