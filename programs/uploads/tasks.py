"""The jobs behind a file that has arrived, and the hourly round: what was not finished in time goes."""

from datetime import timedelta

from django.utils import timezone

from programs.core.jobs import Progress, enqueue, job, periodic
from programs.core.nets import in_turn
from programs.uploads.actions.checking import SCAN_JOB, inspect_upload, scan_upload
from programs.uploads.actions.receiving import INSPECT_JOB, expire_uploads
from programs.uploads.choices import UploadState
from programs.uploads.models import Upload

# The checking process has three minutes; a scan of a video as long as the daemon wants.
SILENT_FOR = timedelta(minutes=10)
FOREVER = 30_000  # a scan has no last try: the file stays "being checked" until the scanner answers


@job(INSPECT_JOB, stale_after=SILENT_FOR)
def inspect(progress: Progress, upload: int) -> dict[str, str]:
    return {"state": inspect_upload(upload_id=upload, alive=progress)}


@job(SCAN_JOB, max_attempts=FOREVER, stale_after=SILENT_FOR)
def scan(progress: Progress, upload: int) -> dict[str, str]:
    return {"state": scan_upload(upload_id=upload)}


def pick_up_again() -> int:
    """Give files whose check failed again and again another round: storage was away, or the checking process."""
    waiting = Upload.objects.filter(state__in=[UploadState.RECEIVED, UploadState.INSPECTING]).values_list(
        "pk", flat=True
    )
    for pk in waiting:
        enqueue(INSPECT_JOB, arguments={"upload": pk}, unique_key=f"{INSPECT_JOB}:{pk}")
    return len(waiting)


@periodic("uploads.sweep", every=timedelta(hours=1))
def sweep_hourly(progress: Progress) -> dict[str, int]:
    steps = {"expired": lambda: expire_uploads(now=timezone.now()), "again": pick_up_again}
    return in_turn("uploads", steps)
