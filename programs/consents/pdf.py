"""Consents on paper: letters with a guardian's personal code to cut apart, and forms to sign."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from programs.core.paper import (
    BLUE,
    BOLD,
    GREY,
    INK,
    ITALIC,
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
    refuse_unprintable,
    text_width,
    wrapped,
)

WIDTH, HEIGHT = A4
NATIONAL_TITLE = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"


@dataclass(frozen=True)
class Slip:
    """The words of one guardian's letter."""

    language: str
    document: str
    school: str
    addressed: str
    name: str
    class_name: str
    text: str
    how: str
    address: str
    code: str
    warning: str
    valid: str
    keep: str
    proof: str  # the second proof, on a part of its own that can be torn off
    url: str


@dataclass(frozen=True)
class Asked:
    """One question of a paper form, and the boxes to tick: who answers, and the two answers."""

    title: str
    points: list[tuple[str, str]]
    boxes: list[tuple[str, str, str]]


@dataclass(frozen=True)
class FormPage:
    """The words of one pupil's paper form."""

    language: str
    document: str
    school: str
    heading: str
    subheading: str
    facts: list[tuple[str, str]]
    questions: list[Asked]
    blanks: list[str]
    place_and_day: str
    signers: list[tuple[str, str]]
    version: str


def _canvas(buffer: BytesIO, document: str, language: str) -> Canvas:
    fonts()
    canvas = Canvas(buffer, pagesize=A4, invariant=1, pageCompression=1, lang=language)
    canvas.setTitle(document)
    canvas.setCreator("STEM Portal")
    canvas.setViewerPreference("DisplayDocTitle", "true")
    return canvas


# --- Letters ------------------------------------------------------------------------------------
PER_PAGE = 3
MARGIN = 18 * mm
CODE_SIDE = 100


def render_slips(slips: Iterable[Slip]) -> bytes:
    """Three letters a page, with lines to cut along."""
    slips, buffer = list(slips), BytesIO()
    canvas = _canvas(buffer, slips[0].document, slips[0].language)
    height = HEIGHT / PER_PAGE
    for number, slip in enumerate(slips):
        place = number % PER_PAGE
        if number and place == 0:
            canvas.showPage()
        if place:
            _cut(canvas, HEIGHT - place * height)
        _draw_slip(canvas, slip, top=HEIGHT - place * height)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _cut(canvas: Canvas, y: float) -> None:
    canvas.setStrokeColor(GREY)
    canvas.setLineWidth(0.5)
    canvas.setDash(4, 4)
    canvas.line(0, y, WIDTH, y)
    canvas.setDash()


def _draw_slip(canvas: Canvas, slip: Slip, *, top: float) -> None:
    for text in (slip.school, slip.name, slip.class_name):
        refuse_unprintable(text)
    width = WIDTH - 2 * MARGIN
    narrow = width - CODE_SIDE - 18
    y = top - 30
    y = _lines(canvas, slip.school, MEDIUM, 9.5, BLUE, y=y, width=width, most=2) - 6
    y = _lines(canvas, slip.addressed, REGULAR, 10, GREY, y=y, width=narrow, most=1) - 5
    y = _lines(canvas, slip.name, BOLD, 17, NAVY, y=y - 4, width=narrow, most=2, smallest=13) - 2
    y = _lines(canvas, slip.class_name, MEDIUM, 10.5, INK, y=y, width=narrow, most=1) - 8
    y = _paragraph(canvas, slip.text, REGULAR, 9.2, INK, y=y, width=narrow) - 5
    y = _paragraph(canvas, slip.how, SEMIBOLD, 9.2, INK, y=y, width=narrow) - 3
    draw_left(canvas, MARGIN, y, slip.address, BOLD, 10.5, BLUE)
    y -= 17
    size, rows = fit(slip.code, MEDIUM, size=12.5, smallest=9, width=narrow, lines=1)
    draw_left(canvas, MARGIN, y, rows[0], MEDIUM, size, NAVY)
    y -= 16
    _paragraph(canvas, slip.warning, ITALIC, 8.4, GREY, y=y, width=width)
    box = Box(WIDTH - MARGIN - CODE_SIDE, top - 52 - CODE_SIDE, CODE_SIDE, CODE_SIDE)
    draw_qr(canvas, text=slip.url, box=box)
    _valid(canvas, slip.valid, box)
    _stub(canvas, slip, Box(box.x - 6, box.y - 84, box.width + 12, 50))


def _valid(canvas: Canvas, text: str, box: Box) -> None:
    size, rows = fit(text, MEDIUM, size=8.4, smallest=7, width=box.width + 20, lines=2)
    for number, row in enumerate(rows):
        draw_centred(canvas, box.x + box.width / 2, box.y - 13 - number * size * 1.35, row, MEDIUM, size, GREY)


def _stub(canvas: Canvas, slip: Slip, box: Box) -> None:
    """What a family keeps apart: who finds or is sent the square has not got this code."""
    canvas.setStrokeColor(GREY)
    canvas.setLineWidth(0.5)
    canvas.setDash(3, 3)
    canvas.rect(box.x, box.y, box.width, box.height, stroke=1, fill=0)
    canvas.setDash()
    size, rows = fit(slip.keep, REGULAR, size=7.6, smallest=6, width=box.width - 10, lines=3)
    for number, row in enumerate(rows):
        draw_centred(canvas, box.x + box.width / 2, box.y + box.height - 11 - number * 9.5, row, REGULAR, size, GREY)
    draw_centred(canvas, box.x + box.width / 2, box.y + 7, slip.proof, BOLD, 11, NAVY)


def _lines(canvas, text, font, size, colour, *, y, width, most, smallest=7.0, x=MARGIN) -> float:
    """A text that shrinks and wraps but is never cut; the height under it."""
    size, rows = fit(text, font, size=size, smallest=smallest, width=width, lines=most)
    for row in rows:
        draw_left(canvas, x, y, row, font, size, colour)
        y -= size * 1.35
    return y


def _paragraph(canvas, text, font, size, colour, *, y, width, x=MARGIN) -> float:
    for row in wrapped(text, font, size, width):
        draw_left(canvas, x, y, row, font, size, colour)
        y -= size * 1.42
    return y


# --- Forms --------------------------------------------------------------------------------------
# Decree 30/2020: left 30-35 mm, right 15-20 mm, top and bottom 20-25 mm.
LEFT, RIGHT, TOP, BOTTOM = 30 * mm, 15 * mm, 20 * mm, 20 * mm
FORM_WIDTH = WIDTH - LEFT - RIGHT


def render_forms(pages: Iterable[FormPage]) -> bytes:
    """One form a pupil, on as many sheets as its words need."""
    pages, buffer = list(pages), BytesIO()
    canvas = _canvas(buffer, pages[0].document, pages[0].language)
    for page in pages:
        _Form(canvas, page).draw()
    canvas.save()
    return buffer.getvalue()


class _Form:
    """Draws one form from the top down; a block that does not fit begins a new sheet."""

    def __init__(self, canvas: Canvas, page: FormPage) -> None:
        self.canvas, self.page = canvas, page
        self.y = HEIGHT - TOP

    def draw(self) -> None:
        for text in (self.page.school, *(value for _label, value in self.page.facts)):
            refuse_unprintable(text)
        self._head()
        for label, value in self.page.facts:
            self._fact(label, value)
        self.y -= 4
        for question in self.page.questions:
            self._question(question)
        self._foot()
        self._end_sheet()

    def _head(self) -> None:
        canvas, right = self.canvas, LEFT + FORM_WIDTH * 0.69
        size, rows = fit(self.page.school.upper(), BOLD, size=9.5, smallest=8, width=FORM_WIDTH * 0.37, lines=3)
        for number, row in enumerate(rows):
            draw_centred(canvas, LEFT + FORM_WIDTH * 0.18, self.y - number * size * 1.3, row, BOLD, size, INK)
        draw_centred(canvas, right, self.y, NATIONAL_TITLE, BOLD, 10, INK)
        draw_centred(canvas, right, self.y - 14, MOTTO, SEMIBOLD, 10.5, INK)
        half = text_width(MOTTO, SEMIBOLD, 10.5) / 2
        canvas.setStrokeColor(INK)
        canvas.setLineWidth(0.7)
        canvas.line(right - half, self.y - 18, right + half, self.y - 18)
        draw_centred(canvas, LEFT + FORM_WIDTH / 2, self.y - 50, self.page.heading, BOLD, 15, INK)
        draw_centred(canvas, LEFT + FORM_WIDTH / 2, self.y - 66, self.page.subheading, MEDIUM, 10.5, INK)
        self.y -= 88

    def _fact(self, label: str, value: str) -> None:
        words = f"{label}: "
        draw_left(self.canvas, LEFT, self.y, words, REGULAR, 10, INK)
        indent = text_width(words, REGULAR, 10)
        self.y = _lines(
            self.canvas, value, SEMIBOLD, 10.5, INK, y=self.y, width=FORM_WIDTH - indent, most=2, x=LEFT + indent
        )

    def _question(self, question: Asked) -> None:
        rows = [
            (lead if first else "", row) for lead, words in question.points for first, row in _point_rows(lead, words)
        ]
        self._need(22 + len(rows) * 11.6 + len(question.boxes) * 16 + 6)
        self.y -= 8
        draw_left(self.canvas, LEFT, self.y, question.title, BOLD, 10.5, NAVY)
        self.y -= 14
        for lead, row in rows:
            draw_left(self.canvas, LEFT, self.y, row, REGULAR, 8.6, INK)
            if lead:  # in the space that its row begins with
                draw_left(self.canvas, LEFT, self.y, f"{lead}:", SEMIBOLD, 8.6, INK)
            self.y -= 11.6
        self.y -= 3
        for who, yes, no in question.boxes:
            self._boxes(who, yes, no)

    def _boxes(self, who: str, yes: str, no: str) -> None:
        canvas, y = self.canvas, self.y
        draw_left(canvas, LEFT + 8, y, who, SEMIBOLD, 9.5, INK)
        for x, words in ((LEFT + FORM_WIDTH * 0.45, yes), (LEFT + FORM_WIDTH * 0.68, no)):
            canvas.setStrokeColor(INK)
            canvas.setLineWidth(0.9)
            canvas.rect(x, y - 1.5, 10, 10, stroke=1, fill=0)
            draw_left(canvas, x + 16, y, words, REGULAR, 9.5, INK)
        self.y -= 16

    def _foot(self) -> None:
        self._need(len(self.page.blanks) * 18 + 120)
        self.y -= 8
        for label in self.page.blanks:
            self._blank(label)
        self.y -= 6
        right = LEFT + FORM_WIDTH * 0.74
        draw_centred(self.canvas, right, self.y, self.page.place_and_day, ITALIC, 9.5, INK)
        self.y -= 16
        for share, (who, hint) in zip((0.24, 0.74), self.page.signers, strict=False):
            x = LEFT + FORM_WIDTH * share
            draw_centred(self.canvas, x, self.y, who, BOLD, 9.5, INK)
            draw_centred(self.canvas, x, self.y - 12, hint, ITALIC, 8.5, GREY)

    def _blank(self, label: str) -> None:
        words = f"{label}: "
        draw_left(self.canvas, LEFT, self.y, words, REGULAR, 9.5, INK)
        self.canvas.setStrokeColor(GREY)
        self.canvas.setLineWidth(0.5)
        self.canvas.setDash(1, 2)
        self.canvas.line(LEFT + text_width(words, REGULAR, 9.5), self.y - 2, LEFT + FORM_WIDTH, self.y - 2)
        self.canvas.setDash()
        self.y -= 18

    def _need(self, height: float) -> None:
        if self.y - height < BOTTOM:
            self._end_sheet()
            self.y = HEIGHT - TOP

    def _end_sheet(self) -> None:
        # Of a scan of many forms, each sheet says whose it is.
        whose = " · ".join(value for _label, value in self.page.facts)
        for number, words in enumerate((whose, self.page.version)):
            size, rows = fit(words, REGULAR, size=7.5, smallest=5, width=FORM_WIDTH, lines=1)
            draw_left(self.canvas, LEFT, BOTTOM - 14 - number * 10, rows[0], REGULAR, size, GREY)
        self.canvas.showPage()


def _point_rows(lead: str, words: str) -> list[tuple[bool, str]]:
    """The rows of one point; the first begins after the width of its bold lead."""
    if not lead or not words:
        return [(False, row) for row in wrapped(words or lead, REGULAR, 8.6, FORM_WIDTH)]
    indent = text_width(f"{lead}: ", SEMIBOLD, 8.6)
    spaces = " " * -(-int(indent * 10) // int(text_width(" ", REGULAR, 8.6) * 10))
    first, *others = words.split(" ")
    rows = [f"{spaces}{first}"]
    for word in others:
        longer = f"{rows[-1]} {word}"
        if text_width(longer, REGULAR, 8.6) > FORM_WIDTH:
            rows.append(word)
        else:
            rows[-1] = longer
    return [(number == 0, row) for number, row in enumerate(rows)]
