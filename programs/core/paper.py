"""Building blocks for printed pages: the typeface, text that fits and is never cut off, QR codes."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

import fontpkg_be_vietnam_pro
import segno
from django.utils.translation import gettext as _
from reportlab import rl_config
from reportlab.lib.colors import HexColor
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from programs.core.refusals import Refused

rl_config.useA85 = 0  # binary streams: a fifth smaller, and faster to write

REGULAR, MEDIUM, SEMIBOLD, BOLD, ITALIC = (
    f"BeVietnamPro-{cut}" for cut in ("Regular", "Medium", "SemiBold", "Bold", "Italic")
)
NAVY, BLUE, SKY, GOLD, GOLD_DEEP = (HexColor(c) for c in ("#0d2340", "#0b5cad", "#3f7fc4", "#f4b41a", "#b97f00"))
INK, GREY, IVORY = (HexColor(c) for c in ("#17212f", "#4a5668", "#fffdf7"))


@dataclass(frozen=True)
class Box:
    """A rectangle on the page: its lower left corner and its size, in points."""

    x: float
    y: float
    width: float
    height: float


@cache
def fonts() -> dict[str, TTFont]:
    """The cuts of Be Vietnam Pro, registered once (ReportLab silently keeps the first font of a name)."""
    folder = fontpkg_be_vietnam_pro.ROOT / "files"
    loaded = {name: TTFont(name, folder / f"{name}.ttf") for name in (REGULAR, MEDIUM, SEMIBOLD, BOLD, ITALIC)}
    for font in loaded.values():
        registerFont(font)
    return loaded


def unprintable(text: str) -> str:
    """The characters of ``text`` that the typeface lacks; empty when all can be printed."""
    glyphs = fonts()[BOLD].face.charToGlyph
    return "".join(
        dict.fromkeys(character for character in unicodedata.normalize("NFC", text) if ord(character) not in glyphs)
    )


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
        if len(rows) <= allowed and all(stringWidth(row, font, step) <= width for row in rows):
            return step, _balanced(rows, text, font, step, width)
    return step, rows


def _steps(largest: float, smallest: float) -> list[float]:
    return [largest - half / 2 for half in range(int((largest - smallest) * 2) + 1)]


def wrapped(text: str, font: str, size: float, width: float) -> list[str]:
    """``text`` in lines of at most ``width``, broken between words only."""
    rows = [""]
    for word in unicodedata.normalize("NFC", text).split(" "):
        longer = f"{rows[-1]} {word}".strip()
        if rows[-1] and stringWidth(longer, font, size) > width:
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
    widest = [max(stringWidth(row, font, size) for row in pair) for pair in breaks]
    return list(breaks[widest.index(min(widest))])


def draw_centred(
    canvas: Canvas, x: float, y: float, text: str, font: str, size: float, colour, spacing: float = 0
) -> None:
    text = unicodedata.normalize("NFC", text)
    canvas.setFillColor(colour)
    canvas.setFont(font, size)
    canvas.drawString(x - (stringWidth(text, font, size) + spacing * (len(text) - 1)) / 2, y, text, charSpace=spacing)


def draw_left(
    canvas: Canvas, x: float, y: float, text: str, font: str, size: float, colour, spacing: float = 0
) -> None:
    canvas.setFillColor(colour)
    canvas.setFont(font, size)
    canvas.drawString(x, y, unicodedata.normalize("NFC", text), charSpace=spacing)


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
