"""A group's pass on paper: prepared text in, the bytes of one PDF out. It names nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from programs.core.paper import (
    BLUE,
    BOLD,
    GOLD,
    GREY,
    INK,
    MEDIUM,
    NAVY,
    REGULAR,
    SEMIBOLD,
    Box,
    draw_centred,
    draw_left,
    draw_qr,
    fit,
    fonts,
    text_width,
)

WIDTH, HEIGHT = A4
EDGE, QR = 64, 250
INSIDE = WIDTH - 2 * EDGE
LABEL_WIDTH = 130


@dataclass(frozen=True)
class Pass:
    """Every word of one pass, in the language of the page on which it was asked for."""

    language: str
    title: str
    portal: str
    heading: str
    group: str
    facts: Sequence[tuple[str, str]]
    reference: str
    how: str
    url: str


def render_pass(words: Pass) -> bytes:
    fonts()
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4, pageCompression=1, lang=words.language)
    canvas.setTitle(words.title)
    canvas.setAuthor(words.portal)
    canvas.setCreator("STEM Portal")
    canvas.setViewerPreference("DisplayDocTitle", "true")
    y = _draw_head(canvas, words)
    draw_qr(canvas, text=words.url, box=Box((WIDTH - QR) / 2, y - QR, QR, QR))
    y -= QR + 34
    draw_centred(canvas, WIDTH / 2, y, words.reference, BOLD, 26, NAVY, spacing=2)
    _draw_facts(canvas, words, y - 40)
    _draw_how(canvas, words)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _draw_head(canvas: Canvas, words: Pass) -> float:
    """Draw the band with the group; return where the QR code begins."""
    canvas.setFillColor(NAVY)
    canvas.rect(0, HEIGHT - 62, WIDTH, 62, stroke=0, fill=1)
    canvas.setFillColor(GOLD)
    canvas.rect(0, HEIGHT - 66, WIDTH, 4, stroke=0, fill=1)
    draw_left(canvas, EDGE, HEIGHT - 38, words.heading.upper(), BOLD, 15, GOLD, spacing=1.2)
    room = INSIDE - text_width(words.heading.upper(), BOLD, 15) - 1.2 * len(words.heading) - 20
    size, rows = fit(words.portal, MEDIUM, size=11, smallest=6, width=room, lines=1)
    right = WIDTH - EDGE - text_width(rows[0], MEDIUM, size)
    draw_left(canvas, right, HEIGHT - 38, rows[0], MEDIUM, size, GOLD)
    y = HEIGHT - 92
    size, rows = fit(words.group, BOLD, size=22, smallest=14, width=INSIDE, lines=2)
    for row in rows:
        y -= size * 1.25
        draw_centred(canvas, WIDTH / 2, y, row, BOLD, size, NAVY)
    return y - 26


def _draw_facts(canvas: Canvas, words: Pass, y: float) -> None:
    for label, value in words.facts:
        draw_left(canvas, EDGE, y, label, REGULAR, 11, GREY)
        size, rows = fit(value, SEMIBOLD, size=13, smallest=10, width=INSIDE - LABEL_WIDTH, lines=2)
        for row in rows:
            draw_left(canvas, EDGE + LABEL_WIDTH, y, row, SEMIBOLD, size, INK)
            y -= size * 1.3
        y -= 8


def _draw_how(canvas: Canvas, words: Pass) -> None:
    canvas.setStrokeColor(GOLD)
    canvas.line(EDGE, 74, WIDTH - EDGE, 74)
    size, rows = fit(words.how, MEDIUM, size=11, smallest=8, width=INSIDE, lines=2)
    for number, row in enumerate(rows):
        draw_centred(canvas, WIDTH / 2, 56 - number * size * 1.3, row, MEDIUM, size, BLUE)
