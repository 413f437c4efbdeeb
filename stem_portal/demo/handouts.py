"""What teams hand in, drawn in code: a page in Vietnamese, a picture without faces."""

from __future__ import annotations

import hashlib
import io
import textwrap
from random import Random

from django.core.files.base import ContentFile
from django.utils import timezone
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from programs.competitions.choices import SlotKind
from programs.competitions.models import Slot
from programs.core.paper import INK, REGULAR, draw_left
from programs.core.private_files import keep_file
from programs.core.text import slugify_vi
from programs.projects.models import Project
from programs.uploads.choices import FileKind
from programs.uploads.hooks import KeptFile
from stem_portal.demo.ideas import IDEAS
from stem_portal.demo.pictures import drawn_picture

# What officers are shown as alike: last year's file itself, its text under another heading; and what has no text.
COPIES = {"keep_apart": ("bin", "Báo cáo kết quả nghiên cứu"), "garden": ("butterflies", "Báo cáo của nhóm")}
SCANNED = "rice"


def drawn_file(project: Project, slot: Slot, random: Random) -> KeptFile:
    """A file for this document as it comes out of the check of large files, in private storage."""
    if SlotKind.IMAGE in slot.kinds:
        body, preview = drawn_picture(random, random.randrange(3))
        name, kind, content_type, ending = "hinh-san-pham.jpg", FileKind.PHOTOGRAPH, "image/jpeg", ".jpg"
    else:
        body, preview = _report(project, slot) if slot.code == "report" else _page_of(project, slot.name), b""
        name, kind, content_type, ending = f"{slugify_vi(slot.name)}.pdf", FileKind.PDF, "application/pdf", ".pdf"
    digest = hashlib.sha256(body).hexdigest()
    return KeptFile(
        key=keep_file(ContentFile(body), folder="uploads", ending=ending),
        name=name,
        kind=kind,
        content_type=content_type,
        size=len(body),
        sha256=digest,
        kept_sha256=digest,
        received_at=timezone.now(),
        preview_key=keep_file(ContentFile(preview), folder="uploads") if preview else "",
        pages=1 if kind == FileKind.PDF else None,
    )


def _report(project: Project, slot: Slot) -> bytes:
    """As the team wrote it; but one sent last year's report of others, one its text, and one a scan."""
    if project.title == IDEAS[SCANNED].title:
        return _scan()
    for copy, (original, heading) in COPIES.items():
        if project.title == IDEAS[copy].title:
            return _page(heading or slot.name, IDEAS[original].title, IDEAS[original].summary)
    return _page_of(project, slot.name)


def _scan() -> bytes:
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer, pagesize=A4, invariant=1)
    page.drawImage(ImageReader(io.BytesIO(drawn_picture(Random(2), 2)[0])), 70, 420, 455, 340)
    page.save()
    return buffer.getvalue()


def _page_of(project: Project, heading: str) -> bytes:
    return _page(heading, project.title, project.summary)


def _page(heading: str, title: str, summary: str) -> bytes:
    """One page in Vietnamese type."""
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer, pagesize=A4, invariant=1)
    page.setTitle(f"{heading}: {title}")
    y = 760.0
    for text, size, width in ((heading, 11, 80), (title, 15, 56), (summary, 11, 80)):
        for line in textwrap.wrap(text, width):
            draw_left(page, 70, y, line, REGULAR, size, INK)
            y -= size * 1.4
        y -= 12
    page.save()
    return buffer.getvalue()
