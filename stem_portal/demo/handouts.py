"""Papers that teams hand in."""

from __future__ import annotations

import io
import textwrap

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

from programs.core.paper import INK, REGULAR, draw_left
from programs.projects.models import Project


def page_of(project: Project, title: str) -> bytes:
    """One page in Vietnamese type."""
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer, pagesize=A4, invariant=1)
    page.setTitle(f"{title}: {project.title}")
    y = 760.0
    for text, size, width in ((title, 11, 80), (project.title, 15, 56), (project.summary, 11, 80)):
        for line in textwrap.wrap(text, width):
            draw_left(page, 70, y, line, REGULAR, size, INK)
            y -= size * 1.4
        y -= 12
    page.save()
    return buffer.getvalue()
