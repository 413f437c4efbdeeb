"""The receipt of a submission on one or more A4 pages. Prepared words in, the bytes of one PDF out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from programs.core.paper import BOLD, GREY, INK, NAVY, REGULAR, SEMIBOLD, draw_left, fonts, wrapped

WIDTH, HEIGHT = A4
LEFT, RIGHT, TOP, BOTTOM = 72, 56, HEIGHT - 72, 64
INSIDE = WIDTH - LEFT - RIGHT
LABEL = 130


@dataclass(frozen=True)
class Words:
    language: str
    portal: str
    title: str
    mark: str  # at the foot of each page: which project this is about
    facts: Sequence[tuple[str, str]]
    heading: str
    documents: Sequence[tuple[str, str, str]]  # what it is, when it came, its hash
    closing: str


class _Page:
    """A pen that goes down the page and takes a new one at its end; each page has its number at the foot."""

    def __init__(self, canvas: Canvas, foot: Callable[[int], str]) -> None:
        self.canvas, self.y, self.number, self.foot = canvas, TOP, 0, foot
        self._begin()

    def _begin(self) -> None:
        self.y, self.number = TOP, self.number + 1
        draw_left(self.canvas, LEFT, BOTTOM / 2, self.foot(self.number), REGULAR, 9, GREY)

    def write(self, text: str, font: str, size: float, colour, *, x: float = LEFT, width: float = INSIDE) -> None:
        for line in wrapped(text, font, size, width):
            self.room(size * 1.45)
            draw_left(self.canvas, x, self.y, line, font, size, colour)

    def room(self, height: float) -> None:
        self.together(height)
        self.y -= height

    def together(self, height: float) -> None:
        """What takes ``height`` stands on one page."""
        if self.y - height < BOTTOM:
            self.canvas.showPage()
            self._begin()


def render(words: Words) -> bytes:
    """Names break between words and are never cut; a hash is written whole, on the page of its document."""
    _content, pages = _drawn(words, pages=0)
    return _drawn(words, pages=pages)[0]


def _drawn(words: Words, *, pages: int) -> tuple[bytes, int]:
    """The file, and how many pages it has: each says of how many it is one."""
    fonts()
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4, pageCompression=1, lang=words.language)
    canvas.setTitle(words.title)
    canvas.setAuthor(words.portal)
    canvas.setCreator("STEM Portal")
    page = _Page(canvas, lambda number: f"{words.mark} · {number}/{pages}")
    page.write(words.portal, REGULAR, 10, GREY)
    page.write(words.title, BOLD, 20, NAVY)
    page.room(8)
    for label, value in words.facts:
        _fact(page, label, value)
    page.room(10)
    page.write(words.heading, SEMIBOLD, 13, NAVY)
    for name, came, digest in words.documents:
        page.together(36 + 16 * len(wrapped(name, SEMIBOLD, 10.5, INSIDE)))
        page.room(6)
        page.write(name, SEMIBOLD, 10.5, INK)
        page.write(came, REGULAR, 9, GREY)
        page.write(digest, REGULAR, 8.5, INK)
    page.room(10)
    page.write(words.closing, REGULAR, 9, GREY)
    canvas.save()
    return buffer.getvalue(), page.number


def _fact(page: _Page, label: str, value: str) -> None:
    lines = wrapped(value, REGULAR, 10.5, INSIDE - LABEL)
    for number, line in enumerate(lines):
        page.room(16)
        if number == 0:
            draw_left(page.canvas, LEFT, page.y, label, REGULAR, 10.5, GREY)
        draw_left(page.canvas, LEFT + LABEL, page.y, line, REGULAR, 10.5, INK)
