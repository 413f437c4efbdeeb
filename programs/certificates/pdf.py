"""Certificates on paper: prepared data in, the bytes of one PDF out. The same rows give the same bytes.

No seal and no signature is ever drawn: the page leaves the place where the organiser signs.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from io import BytesIO

import fontpkg_be_vietnam_pro
from django.utils.translation import gettext as _
from reportlab import rl_config
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from programs.certificates import ornament
from programs.certificates.ornament import Box
from programs.core.refusals import Refused

rl_config.useA85 = 0  # binary streams: a fifth smaller, and faster to write

WIDTH, HEIGHT = landscape(A4)
CENTRE = WIDTH / 2
TEXT_WIDTH = WIDTH - 2 * 96
REGULAR, MEDIUM, SEMIBOLD, BOLD, ITALIC = (
    f"BeVietnamPro-{cut}" for cut in ("Regular", "Medium", "SemiBold", "Bold", "Italic")
)
NATIONAL_TITLE = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"


@dataclass(frozen=True)
class Sheet:
    """Every word of one certificate, ready to print."""

    language: str
    title: str
    issuer: str
    heading: str
    subheading: str
    presented_to: str
    name: str
    class_and_school: str
    took_part_in: str
    activity: str
    where_and_when: str
    issued_on: str
    signer: str
    signing_hint: str
    serial: str
    verify_hint: str
    verify_address: str
    verify_code: str
    verify_url: str


@dataclass(frozen=True)
class Line:
    """A centred paragraph of the middle of the page: it shrinks, then wraps, and is never cut."""

    text: str
    font: str
    size: float
    smallest: float
    colour: object
    space_above: float
    lines: int = 1


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


def render(sheets: Iterable[Sheet], *, progress: Callable[[int], None] | None = None) -> bytes:
    """One A4 landscape page a sheet. ``progress`` is told the number of pages done."""
    buffer = BytesIO()
    canvas: Canvas | None = None
    for number, sheet in enumerate(sheets, start=1):
        canvas = canvas or _new_canvas(buffer, sheet)
        _draw_sheet(canvas, sheet)
        canvas.showPage()
        if progress:
            progress(number)
    if canvas is None:
        raise ValueError("A PDF of certificates needs at least one sheet.")
    canvas.save()
    return buffer.getvalue()


def _new_canvas(buffer: BytesIO, sheet: Sheet) -> Canvas:
    fonts()
    canvas = Canvas(buffer, pagesize=(WIDTH, HEIGHT), invariant=1, pageCompression=1, lang=sheet.language)
    canvas.setTitle(sheet.title)
    canvas.setAuthor(sheet.issuer)
    canvas.setSubject(sheet.heading)
    canvas.setCreator("STEM Portal")
    canvas.setViewerPreference("DisplayDocTitle", "true")
    return canvas


def _draw_sheet(canvas: Canvas, sheet: Sheet) -> None:
    for text in (sheet.name, sheet.class_and_school, sheet.activity, sheet.where_and_when, sheet.issuer):
        refuse_unprintable(text)
    ornament.draw_frame(canvas, width=WIDTH, height=HEIGHT)
    ornament.draw_lotus(canvas, centre_x=CENTRE, bottom=92, width=500, faint=True)
    _draw_top(canvas, sheet)
    _draw_middle(canvas, sheet)
    _draw_foot(canvas, sheet)


def _draw_top(canvas: Canvas, sheet: Sheet) -> None:
    _centred(canvas, CENTRE, HEIGHT - 66, NATIONAL_TITLE, BOLD, 12.5, ornament.INK)
    _centred(canvas, CENTRE, HEIGHT - 83, MOTTO, SEMIBOLD, 13, ornament.INK)
    half = stringWidth(MOTTO, SEMIBOLD, 13) / 2
    canvas.setStrokeColor(ornament.INK)
    canvas.setLineWidth(0.8)
    canvas.line(CENTRE - half, HEIGHT - 90, CENTRE + half, HEIGHT - 90)
    size, lines = fit(sheet.issuer.upper(), SEMIBOLD, size=11, smallest=7, width=TEXT_WIDTH, lines=1)
    _centred(canvas, CENTRE, HEIGHT - 118, lines[0], SEMIBOLD, size, ornament.BLUE)


def _draw_middle(canvas: Canvas, sheet: Sheet) -> None:
    size, lines = fit(sheet.heading, BOLD, size=38, smallest=20, width=TEXT_WIDTH - 60, lines=1)
    _centred(canvas, CENTRE, HEIGHT - 170, lines[0], BOLD, size, ornament.BLUE, spacing=1.6)
    _centred(canvas, CENTRE, HEIGHT - 192, sheet.subheading, MEDIUM, 13, ornament.GOLD_DEEP)
    ornament.draw_rule(canvas, centre_x=CENTRE, y=HEIGHT - 208, width=190)
    _stack(
        canvas,
        [
            Line(sheet.presented_to, REGULAR, 13, 13, ornament.GREY, 0),
            Line(sheet.name, BOLD, 35, 24, ornament.NAVY, 10, lines=2),
            Line(sheet.class_and_school, MEDIUM, 14, 10, ornament.INK, 7, lines=2),
            Line(sheet.took_part_in, REGULAR, 13, 13, ornament.GREY, 13),
            Line(sheet.activity, SEMIBOLD, 19, 14, ornament.BLUE, 6, lines=2),
            Line(sheet.where_and_when, REGULAR, 13, 9.5, ornament.INK, 6, lines=2),
        ],
        top=HEIGHT - 222,
        bottom=160,
    )


def _draw_foot(canvas: Canvas, sheet: Sheet) -> None:
    code = Box(76, 58, 82, 82)
    ornament.draw_qr(canvas, text=sheet.verify_url, box=code)
    left = code.x + code.width + 14
    _left(canvas, left, 129, sheet.serial, BOLD, 11.5, ornament.NAVY)
    _left(canvas, left, 109, sheet.verify_hint, REGULAR, 8.5, ornament.GREY)
    _left(canvas, left, 96, sheet.verify_address, SEMIBOLD, 8.5, ornament.BLUE)
    _left(canvas, left, 80, grouped(sheet.verify_code), MEDIUM, 8.5, ornament.INK)
    ornament.draw_lotus(canvas, centre_x=CENTRE + 12, bottom=62, width=74)
    right = WIDTH - 205
    _centred(canvas, right, 139, sheet.issued_on, ITALIC, 11, ornament.INK)
    _centred(canvas, right, 122, sheet.signer, BOLD, 11, ornament.INK)
    _centred(canvas, right, 109, sheet.signing_hint, ITALIC, 9, ornament.GREY)


def grouped(code: str) -> str:
    """A verification code in groups that an eye can follow."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def fit(text: str, font: str, *, size: float, smallest: float, width: float, lines: int) -> tuple[float, list[str]]:
    """The largest type at which ``text`` fits, and its lines.

    First it shrinks on one line down to ``smallest``; then it wraps at the size that two lines allow;
    at the very end it shrinks further, because a name is never cut.
    """
    text = unicodedata.normalize("NFC", text)
    plans = [(step, 1) for step in _steps(size, smallest)] + [(step, lines) for step in _steps(size, 3)]
    for step, allowed in plans:
        rows = _wrapped(text, font, step, width) if allowed > 1 else [text]
        if len(rows) <= allowed and all(stringWidth(row, font, step) <= width for row in rows):
            return step, _balanced(rows, text, font, step, width)
    return step, rows


def _steps(largest: float, smallest: float) -> list[float]:
    return [largest - half / 2 for half in range(int((largest - smallest) * 2) + 1)]


def _wrapped(text: str, font: str, size: float, width: float) -> list[str]:
    rows = [""]
    for word in text.split(" "):
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


def _stack(canvas: Canvas, paragraphs: list[Line], *, top: float, bottom: float) -> None:
    """The paragraphs one under the other, with the free height shared above and below."""
    fitted = [
        (line, *fit(line.text, line.font, size=line.size, smallest=line.smallest, width=TEXT_WIDTH, lines=line.lines))
        for line in paragraphs
        if line.text
    ]
    height = sum(line.space_above + size * 1.28 * len(rows) for line, size, rows in fitted)
    y = top - max(0, (top - bottom - height) / 2)
    for line, size, rows in fitted:
        y -= line.space_above
        for row in rows:
            y -= size * 1.28
            _centred(canvas, CENTRE, y + size * 0.28, row, line.font, size, line.colour)


def _centred(canvas: Canvas, x: float, y: float, text: str, font: str, size: float, colour, spacing: float = 0) -> None:
    text = unicodedata.normalize("NFC", text)
    canvas.setFillColor(colour)
    canvas.setFont(font, size)
    canvas.drawString(x - (stringWidth(text, font, size) + spacing * (len(text) - 1)) / 2, y, text, charSpace=spacing)


def _left(canvas: Canvas, x: float, y: float, text: str, font: str, size: float, colour) -> None:
    canvas.setFillColor(colour)
    canvas.setFont(font, size)
    canvas.drawString(x, y, unicodedata.normalize("NFC", text))
