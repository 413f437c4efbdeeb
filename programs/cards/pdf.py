"""Sign-in cards on paper: eight on an A4 page, to be cut apart. Prepared words in, the bytes of one PDF out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from reportlab.lib.colors import HexColor
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
    draw_left,
    draw_qr,
    fit,
    fonts,
    text_width,
)

WIDTH, HEIGHT = A4
COLUMNS, ROWS = 2, 4
EDGE_X, EDGE_Y = 26, 24  # printers cannot print to the edge, and the cut marks are there
CARD_WIDTH, CARD_HEIGHT = (WIDTH - 2 * EDGE_X) / COLUMNS, (HEIGHT - 2 * EDGE_Y) / ROWS
PADDING, QR_SIZE, GAP = 13, 64, 10
CODE_HEIGHT = 37
INSIDE = CARD_WIDTH - 2 * PADDING
BESIDE_QR = INSIDE - QR_SIZE - GAP
CUT = HexColor("#9aa5b1")


@dataclass(frozen=True)
class Words:
    """Text shared by all cards on a sheet, in the language of the page that requested it."""

    language: str
    title: str
    portal: str
    heading: str
    username_label: str
    code_label: str
    open_page: str
    address: str
    then: str
    expires: str
    caution: str


@dataclass(frozen=True)
class Card:
    name: str
    class_and_school: str
    username: str
    code: str
    url: str  # the QR code: the code is in the fragment after #, which no browser sends and no server logs


def render(cards: Sequence[Card], words: Words) -> bytes:
    fonts()
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4, pageCompression=1, lang=words.language)
    canvas.setTitle(words.title)
    canvas.setAuthor(words.portal)
    canvas.setCreator("STEM Portal")
    canvas.setViewerPreference("DisplayDocTitle", "true")
    canvas.setViewerPreference("PrintScaling", "None")
    for start in range(0, len(cards), COLUMNS * ROWS):
        page = cards[start : start + COLUMNS * ROWS]
        _draw_cut_marks(canvas, rows=-(-len(page) // COLUMNS))
        for place, card in enumerate(page):
            left = EDGE_X + place % COLUMNS * CARD_WIDTH
            top = HEIGHT - EDGE_Y - place // COLUMNS * CARD_HEIGHT
            _draw_card(canvas, card, words, left=left + PADDING, top=top - PADDING)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _draw_cut_marks(canvas: Canvas, *, rows: int) -> None:
    """Short strokes in the margin for the paper cutter, dotted lines for scissors."""
    bottom, right = HEIGHT - EDGE_Y - rows * CARD_HEIGHT, WIDTH - EDGE_X
    canvas.setStrokeColor(CUT)
    canvas.setLineWidth(0.5)
    for dash, reach in (((1.5, 2.5), 0), ((), 12)):
        canvas.setDash(*dash)
        for column in range(COLUMNS + 1):
            x = EDGE_X + column * CARD_WIDTH
            canvas.line(x, HEIGHT - EDGE_Y, x, HEIGHT - EDGE_Y + reach if reach else bottom)
            if reach:
                canvas.line(x, bottom, x, bottom - reach)
        for row in range(rows + 1):
            y = HEIGHT - EDGE_Y - row * CARD_HEIGHT
            canvas.line(EDGE_X, y, EDGE_X - reach if reach else right, y)
            if reach:
                canvas.line(right, y, right + reach, y)


def _draw_card(canvas: Canvas, card: Card, words: Words, *, left: float, top: float) -> None:
    """The head takes one line or four; everything below it is at the same place on every card."""
    bottom = top - CARD_HEIGHT + 2 * PADDING - 5  # the last line may come nearer to the cut
    _draw_head(canvas, card, words, left, top)
    _draw_caution(canvas, words, left, bottom)
    qr_top = bottom + 13 + QR_SIZE
    _draw_use(canvas, card, words, left, qr_top)
    _draw_code(canvas, card, words, left, qr_top + 6)


def _draw_head(canvas: Canvas, card: Card, words: Words, left: float, top: float) -> None:
    draw_left(canvas, left, top - 6, words.heading.upper(), BOLD, 7, BLUE, spacing=0.7)
    room = INSIDE - text_width(words.heading.upper(), BOLD, 7) - 0.7 * len(words.heading) - GAP
    size, rows = fit(words.portal, MEDIUM, size=7, smallest=4, width=room, lines=1)
    draw_left(canvas, left + INSIDE - text_width(rows[0], MEDIUM, size), top - 6, rows[0], MEDIUM, size, GREY)
    y = top - 11
    size, rows = fit(card.name, BOLD, size=15, smallest=9, width=INSIDE, lines=1)
    if text_width(rows[0], BOLD, size) > INSIDE or size < 9:
        size, rows = fit(card.name, BOLD, size=10.5, smallest=10.5, width=INSIDE, lines=2)
    y = _draw_rows(canvas, left, y, rows, BOLD, size, NAVY)
    size, rows = fit(card.class_and_school, MEDIUM, size=9, smallest=7.5, width=INSIDE, lines=2)
    _draw_rows(canvas, left, y, rows, MEDIUM, min(size, 9 if len(rows) == 1 else 7.5), INK)


def _draw_rows(canvas: Canvas, left: float, y: float, rows: list[str], font: str, size: float, colour) -> float:
    """Draw the rows under ``y``; return where the last one ends."""
    for row in rows:
        y -= size * 1.24
        draw_left(canvas, left, y + size * 0.2, row, font, size, colour)
    return y


def _draw_code(canvas: Canvas, card: Card, words: Words, left: float, bottom: float) -> None:
    """Large, well spaced, on its own background: it is typed letter by letter."""
    canvas.setFillColor(HexColor("#eef4fb"))
    canvas.roundRect(left - 6, bottom, INSIDE + 12, CODE_HEIGHT, 5, stroke=0, fill=1)
    draw_left(canvas, left, bottom + CODE_HEIGHT - 10, words.code_label, REGULAR, 6.5, GREY)
    draw_left(canvas, left, bottom + 6.5, card.code, BOLD, 20, NAVY, spacing=3.4)


def _draw_use(canvas: Canvas, card: Card, words: Words, left: float, top: float) -> None:
    draw_qr(canvas, text=card.url, box=Box(left + INSIDE - QR_SIZE, top - QR_SIZE, QR_SIZE, QR_SIZE))
    draw_left(canvas, left, top - 7, words.username_label, REGULAR, 6.5, GREY)
    size, rows = fit(card.username, BOLD, size=13, smallest=6, width=BESIDE_QR, lines=1)
    draw_left(canvas, left, top - 21, rows[0], BOLD, size, NAVY)
    y = top - 33
    lines = ((words.open_page, REGULAR), (words.address, SEMIBOLD), (words.then, REGULAR), (words.expires, BOLD))
    for text, font in lines:
        size, rows = fit(text, font, size=7, smallest=4.5, width=BESIDE_QR, lines=1)
        draw_left(canvas, left, y, rows[0], font, size, BLUE if text is words.address else INK)
        y -= 10


def _draw_caution(canvas: Canvas, words: Words, left: float, bottom: float) -> None:
    canvas.setStrokeColor(GOLD)
    canvas.setLineWidth(0.8)
    canvas.line(left, bottom + 9, left + INSIDE, bottom + 9)
    size, rows = fit(words.caution, MEDIUM, size=6.8, smallest=4.5, width=INSIDE, lines=1)
    draw_left(canvas, left, bottom, rows[0], MEDIUM, size, INK)
