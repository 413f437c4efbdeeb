"""Building blocks for printed pages: the typeface, text that fits and is never cut off, QR codes."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import segno
from django.utils.translation import gettext as _
from reportlab import rl_config
from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from programs.core.refusals import Refused
from programs.core.typefaces import BOLD, ITALIC, MEDIUM, REGULAR, SEMIBOLD, fonts, runs, without_typeface

__all__ = ["BOLD", "ITALIC", "MEDIUM", "REGULAR", "SEMIBOLD", "fonts"]  # the typeface comes with the paper

rl_config.useA85 = 0  # binary streams: a fifth smaller, and faster to write

NAVY, BLUE, SKY, GOLD, GOLD_DEEP = (HexColor(c) for c in ("#0d2340", "#0b5cad", "#3f7fc4", "#f4b41a", "#b97f00"))
INK, GREY, IVORY = (HexColor(c) for c in ("#17212f", "#4a5668", "#fffdf7"))


@dataclass(frozen=True)
class Box:
    """A rectangle on the page: its lower left corner and its size, in points."""

    x: float
    y: float
    width: float
    height: float


def unprintable(text: str) -> list[str]:
    """The letters of ``text`` that no typeface has; empty when all can be printed."""
    return without_typeface(text)


def refuse_unprintable(text: str) -> None:
    """Raise ``Refused("unprintable")`` rather than print black boxes."""
    if missing := unprintable(text):
        raise Refused.because(
            "unprintable",
            _("“{text}” contains characters that cannot be printed: {missing}. Correct the spelling first.").format(
                text=text, missing=" ".join(missing)
            ),
        )


def fit(text: str, font: str, *, size: float, smallest: float, width: float, lines: int) -> tuple[float, list[str]]:
    """The largest type at which ``text`` fits, and its lines.

    First it shrinks on one line down to ``smallest``; then it wraps at the size that two lines allow;
    at the very end it shrinks further, because a name is never cut.
    """
    text = unicodedata.normalize("NFC", text)
    plans = [(step, 1) for step in _steps(size, smallest)] + [(step, lines) for step in _steps(size, 3)]
    for step, allowed in plans:
        rows = wrapped(text, font, step, width) if allowed > 1 else [text]
        if len(rows) <= allowed and all(text_width(row, font, step) <= width for row in rows):
            return step, _balanced(rows, text, font, step, width)
    return step, rows


def _steps(largest: float, smallest: float) -> list[float]:
    return [largest - half / 2 for half in range(int((largest - smallest) * 2) + 1)]


def wrapped(text: str, font: str, size: float, width: float) -> list[str]:
    """``text`` in lines of at most ``width``, broken between words only."""
    rows = [""]
    for word in unicodedata.normalize("NFC", text).split(" "):
        longer = f"{rows[-1]} {word}".strip()
        if rows[-1] and text_width(longer, font, size) > width:
            rows.append(word)
        else:
            rows[-1] = longer
    return rows


def _balanced(rows: list[str], text: str, font: str, size: float, width: float) -> list[str]:
    """Two lines of nearly the same length instead of a full one and a single word."""
    if len(rows) != 2:
        return rows
    words = text.split(" ")
    breaks = [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words))]
    widest = [max(text_width(row, font, size) for row in pair) for pair in breaks]
    return list(breaks[widest.index(min(widest))])


def text_width(text: str, font: str, size: float) -> float:
    """How wide ``text`` is drawn, whichever typefaces its letters come from."""
    return sum(run.width(size) for run in runs(text, font))


def draw_left(
    canvas: Canvas, x: float, y: float, text: str, font: str, size: float, colour, spacing: float = 0
) -> None:
    """The only place that puts words on paper: every letter in a typeface that has it, every mark on its letter."""
    canvas.setFillColor(colour)
    line = canvas.beginText(x, y)
    for run in runs(text, font):
        line.setFont(run.font, size)
        for glyphs, above, away in run.glyphs(size):
            line.setRise(above)
            line.setCharSpace(spacing + away)
            line.textOut(glyphs)
    canvas.drawText(line)


def draw_centred(
    canvas: Canvas, x: float, y: float, text: str, font: str, size: float, colour, spacing: float = 0
) -> None:
    width = text_width(text, font, size) + spacing * (len(unicodedata.normalize("NFC", text)) - 1)
    draw_left(canvas, x - width / 2, y, text, font, size, colour, spacing)


def qr_matrix(text: str):
    """The mask is fixed: any of the eight is valid, and choosing among them takes most of the time."""
    return segno.make(text, error="m", mask=2, micro=False, boost_error=False).matrix


def draw_qr(canvas: Canvas, *, text: str, box: Box) -> None:
    """``text`` as a QR code, one filled path of horizontal runs."""
    matrix = qr_matrix(text)
    module = box.width / len(matrix)
    path = canvas.beginPath()
    for row_number, row in enumerate(matrix):
        top = box.y + box.height - row_number * module
        for start, length in dark_runs(row):
            path.rect(box.x + start * module, top - module, length * module, module)
    canvas.setFillColor(NAVY)
    canvas.drawPath(path, stroke=0, fill=1)


def dark_runs(row) -> list[tuple[int, int]]:
    """The dark runs of a row of modules, as (first column, length)."""
    return [(found.start(), len(found.group())) for found in re.finditer("1+", "".join(str(bit) for bit in row))]
