"""Files that no row knows: a process was killed between storing a file and committing its row, or a disk was full.

Private storage is compared with every column whose fate says ``FILE``, and with the results of jobs. What nobody
points at after an hour goes: no request lasts that long. So do uploads and copies left on the local disk.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.files.storage import storages
from django.utils import timezone

from programs.core.fates import fates_of
from programs.core.jobs import Progress, periodic
from programs.core.models import Job
from programs.core.personal import chunks

PATIENCE = timedelta(hours=1)
# Folders of private storage whose files are nobody's column; the wing that writes them adds its own.
KEPT_FOLDERS: set[str] = set()


def collect_orphans(*, now: datetime | None = None) -> int:
    """Delete what nobody points at; the number of files. Listed first, asked for afterwards: no row is missed."""
    now = now or timezone.now()
    number = _clear_local_disk(now)
    for some in chunks(list(_stored())):
        for key in sorted(set(some) - _known(some)):
            number += _delete_old(key, now)
    return number


@periodic("core.orphans", every=timedelta(hours=1))
def collect_hourly(progress: Progress) -> int:
    return collect_orphans()


def _stored(folder: str = "") -> Iterator[str]:
    try:
        folders, files = storages["private"].listdir(folder)
    except FileNotFoundError:  # nothing was ever stored; a bucket gives an empty list
        return
    prefix = f"{folder}/" if folder else ""
    yield from (f"{prefix}{name}" for name in files)
    for inner in folders:
        if f"{prefix}{inner}" not in KEPT_FOLDERS:
            yield from _stored(f"{prefix}{inner}")


def _known(keys: list[str]) -> set[str]:
    """Those of ``keys`` that a row points at."""
    found: set[str] = set(Job.objects.filter(result__key__in=keys).values_list("result__key", flat=True))
    for model in apps.get_models():
        for name in (name for name, fate in fates_of(model).items() if fate.file):
            rows = model._base_manager.filter(**{f"{name}__in": keys})
            found.update(rows.values_list(name, flat=True))
    return found


def _delete_old(key: str, now: datetime) -> bool:
    private = storages["private"]
    try:
        if private.get_modified_time(key) > now - PATIENCE:
            return False
    except FileNotFoundError:  # its own act deleted it meanwhile
        return False
    private.delete(key)
    return True


def _clear_local_disk(now: datetime) -> int:
    limit, number = (now - PATIENCE).timestamp(), 0
    for path in Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir():
        try:
            if path.stat().st_mtime > limit:
                continue
            shutil.rmtree(path) if path.is_dir() else path.unlink()
            number += 1
        except FileNotFoundError:  # whoever needed it is done
            continue
    return number
