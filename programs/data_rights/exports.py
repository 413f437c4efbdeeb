"""One person's data as a ZIP: for machines, for readers, and the files themselves."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections.abc import Iterable
from datetime import datetime
from typing import IO

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

from programs.core.personal import Section, StoredFile, Subject, files_of, for_machines, sections_of
from programs.core.text import slugify_vi

LARGE = 20 * 1024 * 1024  # more than this is packed by the worker
PAGES = {"vi": "du-lieu.html", "en": "my-data.html"}


def is_large(subject: Subject) -> bool:
    return sum(file.size for file in files_of(subject)) > LARGE


def write_archive(target: IO[bytes], *, subject: Subject, now: datetime | None = None) -> int:
    """Write the ZIP to ``target``, file by file; the number of files of the person's own."""
    now = now or timezone.now()
    files = files_of(subject)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        names = _safe_names(files)
        with translation.override(settings.LANGUAGE_CODE):
            archive.writestr("du-lieu.json", as_json(sections_of(subject), now=now))
        for language, page in PAGES.items():
            with translation.override(language):
                context = {"sections": sections_of(subject), "files": names, "now": now, "language": language}
                archive.writestr(page, render_to_string("data_rights/archive.html", context))
        for file, name in zip(files, names, strict=True):
            with file.open() as source, archive.open(name, "w") as copy:
                shutil.copyfileobj(source, copy)
    return len(files)


def as_json(sections: Iterable[Section], *, now: datetime) -> str:
    """Every kind of data with its meaning; keys are English and do not change with the language."""
    kinds = [
        {
            "code": section.code,
            "label": str(section.label),
            "purpose": str(section.purpose),
            "source": str(section.source),
            "kept": str(section.kept),
            "rows": [{fact.key: for_machines(fact.value) for fact in row} for row in section.rows],
        }
        for section in sections
    ]
    whole = {"made_at": timezone.localtime(now).isoformat(), "portal": settings.SITE_URL, "data": kinds}
    return json.dumps(whole, ensure_ascii=False, indent=2)


def _safe_names(files: list[StoredFile]) -> list[str]:
    """Plain ASCII names below our own folders, each once: no program that unpacks them can be led astray."""
    taken: set[str] = set()
    names = []
    for file in files:
        stem, _dot, extension = file.name.rpartition(".")
        folder = "/".join(slugify_vi(part) or "x" for part in file.folder.split("/"))
        name = slugify_vi(stem or extension)[:60] or "tep"
        suffix = re.sub(r"[^a-z0-9]", "", extension.lower())[:5] if stem else ""
        base, number = f"{folder}/{name}", 1
        while (whole := f"{base}{f'-{number}' if number > 1 else ''}{f'.{suffix}' if suffix else ''}") in taken:
            number += 1
        taken.add(whole)
        names.append(whole)
    return names
