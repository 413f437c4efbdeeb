"""Certificates on paper: prepared data in, the bytes of one PDF out. The same rows give the same bytes.

No seal and no signature is ever drawn: the page leaves the place where the organiser signs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from io import BytesIO

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from programs.certificates.models import Certificate
from programs.core import paper
from programs.core.dates import official_date
from programs.core.paper import (
    BLUE,
    BOLD,
    GOLD,
    GOLD_DEEP,
    GREY,
    INK,
    ITALIC,
    IVORY,
    MEDIUM,
    NAVY,
    REGULAR,
    SEMIBOLD,
    SKY,
    Box,
    draw_centred,
    draw_left,
    fit,
    fonts,
    refuse_unprintable,
    text_width,
)

WIDTH, HEIGHT = landscape(A4)
CENTRE = WIDTH / 2
TEXT_WIDTH = WIDTH - 2 * 96
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
    draw_frame(canvas, width=WIDTH, height=HEIGHT)
    draw_lotus(canvas, centre_x=CENTRE, bottom=92, width=500, faint=True)
    _draw_top(canvas, sheet)
    _draw_middle(canvas, sheet)
    _draw_foot(canvas, sheet)


def _draw_top(canvas: Canvas, sheet: Sheet) -> None:
    draw_centred(canvas, CENTRE, HEIGHT - 66, NATIONAL_TITLE, BOLD, 12.5, INK)
    draw_centred(canvas, CENTRE, HEIGHT - 83, MOTTO, SEMIBOLD, 13, INK)
    half = text_width(MOTTO, SEMIBOLD, 13) / 2
    canvas.setStrokeColor(INK)
    canvas.setLineWidth(0.8)
    canvas.line(CENTRE - half, HEIGHT - 90, CENTRE + half, HEIGHT - 90)
    size, lines = fit(sheet.issuer.upper(), SEMIBOLD, size=11, smallest=7, width=TEXT_WIDTH, lines=1)
    draw_centred(canvas, CENTRE, HEIGHT - 118, lines[0], SEMIBOLD, size, BLUE)


def _draw_middle(canvas: Canvas, sheet: Sheet) -> None:
    size, lines = fit(sheet.heading, BOLD, size=38, smallest=20, width=TEXT_WIDTH - 60, lines=1)
    draw_centred(canvas, CENTRE, HEIGHT - 170, lines[0], BOLD, size, BLUE, spacing=1.6)
    draw_centred(canvas, CENTRE, HEIGHT - 192, sheet.subheading, MEDIUM, 13, GOLD_DEEP)
    draw_rule(canvas, centre_x=CENTRE, y=HEIGHT - 208, width=190)
    _stack(
        canvas,
        [
            Line(sheet.presented_to, REGULAR, 13, 13, GREY, 0),
            Line(sheet.name, BOLD, 35, 24, NAVY, 10, lines=2),
            Line(sheet.class_and_school, MEDIUM, 14, 10, INK, 7, lines=2),
            Line(sheet.took_part_in, REGULAR, 13, 13, GREY, 13),
            Line(sheet.activity, SEMIBOLD, 19, 14, BLUE, 6, lines=2),
            Line(sheet.where_and_when, REGULAR, 13, 9.5, INK, 6, lines=2),
        ],
        top=HEIGHT - 222,
        bottom=160,
    )


def _draw_foot(canvas: Canvas, sheet: Sheet) -> None:
    code = Box(76, 58, 82, 82)
    paper.draw_qr(canvas, text=sheet.verify_url, box=code)
    left = code.x + code.width + 14
    draw_left(canvas, left, 129, sheet.serial, BOLD, 11.5, NAVY)
    draw_left(canvas, left, 109, sheet.verify_hint, REGULAR, 8.5, GREY)
    draw_left(canvas, left, 96, sheet.verify_address, SEMIBOLD, 8.5, BLUE)
    draw_left(canvas, left, 80, grouped(sheet.verify_code), MEDIUM, 8.5, INK)
    draw_lotus(canvas, centre_x=CENTRE + 12, bottom=62, width=74)
    right = WIDTH - 205
    draw_centred(canvas, right, 139, sheet.issued_on, ITALIC, 11, INK)
    draw_centred(canvas, right, 122, sheet.signer, BOLD, 11, INK)
    draw_centred(canvas, right, 109, sheet.signing_hint, ITALIC, 9, GREY)


def grouped(code: str) -> str:
    """Format a verification code in groups that are easy to read."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


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
            draw_centred(canvas, CENTRE, y + size * 0.28, row, line.font, size, line.colour)


# --- The words of a page -----------------------------------------------------------------------
def verify_url(certificate: Certificate) -> str:
    """The public address that the QR code carries, in the certificate's language."""
    with translation.override(certificate.language):
        return settings.SITE_URL + reverse("certificate_verify", args=[certificate.verify_code])


def sheet_of(certificate: Certificate) -> Sheet:
    """From a frozen row to the words on its page, in the certificate's own language."""
    with translation.override(certificate.language):
        return Sheet(
            language=certificate.language,
            title=_("Certificate {serial}").format(serial=certificate.serial),
            issuer=certificate.issuer_name,
            heading=_("CERTIFICATE OF PARTICIPATION"),
            subheading=_("in a STEM learning experience"),
            presented_to=_("This certifies that the pupil"),
            name=certificate.printed_name,
            class_and_school=_class_and_school(certificate),
            took_part_in=_("took part in the field trip"),
            activity=certificate.activity_title,
            where_and_when=_("at {place}, {date}").format(
                place=certificate.place, date=_date_words(certificate.held_on)
            ),
            issued_on=_("Issued on {date}").format(date=_date_words(timezone.localdate(certificate.issued_at))),
            signer=_("FOR THE ORGANISER"),
            signing_hint=_("(signature and full name)"),
            serial=_("No. {serial}").format(serial=certificate.serial),
            verify_hint=_("Scan the code, or enter it at"),
            verify_address=_without_scheme(settings.SITE_URL + reverse("certificate_verify_form")),
            verify_code=certificate.verify_code,
            verify_url=verify_url(certificate),
        )


def _date_words(day: date) -> str:
    """Decree 30's words on a Vietnamese certificate, ``5 September 2025`` on an English one."""
    return official_date(day) if get_language() == "vi" else date_format(day, "j F Y")


def _class_and_school(certificate: Certificate) -> str:
    if not certificate.class_name:
        return certificate.school_name
    return _("Class {class_name} · {school}").format(class_name=certificate.class_name, school=certificate.school_name)


def _without_scheme(address: str) -> str:
    return address.partition("://")[2].rstrip("/")


# The lotus of the portal, left half and middle, in a box of 640 x 360 with y downwards.
_PETALS_LEFT = (
    "M 320 296 C 238 306 132 276 96 190 C 194 178 274 212 320 296 Z",
    "M 320 296 C 232 266 176 186 188 84 C 268 108 320 180 320 296 Z",
)
_PETAL_MIDDLE = "M 320 296 C 256 226 256 122 320 34 C 384 122 384 226 320 296 Z"
_VEINS_LEFT = (
    "M 320 296 C 262 250 214 196 188 84",
    "M 229 194 L 211 184 L 211 168",
    "M 206 145 L 220 129 L 220 115",
    "M 320 296 C 250 240 180 210 96 190",
    "M 226 232 L 216 250 L 194 250",
    "M 182 214 L 160 230 L 142 230",
)
_VEINS_MIDDLE = (
    "M 320 296 L 320 98",
    "M 320 250 L 298 230 L 298 206",
    "M 320 226 L 344 204 L 344 176",
    "M 320 190 L 296 168 L 296 142",
    "M 320 158 L 338 140 L 338 120",
)
_TIPS_LEFT, _TIP_MIDDLE = ((188, 84), (96, 190)), (320, 34)
_MIRROR_X = 640
_STEP = re.compile(r"([MLCZ])((?:\s+-?[\d.]+)*)")


def _trace(path, data: str, *, mirrored: bool = False) -> None:
    """Append an SVG path of absolute M, L, C and Z to a ReportLab path."""
    for command, numbers in _STEP.findall(data):
        values = [float(number) for number in numbers.split()]
        if mirrored:
            values = [_MIRROR_X - value if index % 2 == 0 else value for index, value in enumerate(values)]
        draw = {"M": path.moveTo, "L": path.lineTo, "C": path.curveTo, "Z": path.close}[command]
        draw(*values)


def _path_of(canvas: Canvas, left: tuple[str, ...], middle: tuple[str, ...]):
    path = canvas.beginPath()
    for data in left:
        _trace(path, data)
        _trace(path, data, mirrored=True)
    for data in middle:
        _trace(path, data)
    return path


def draw_lotus(canvas: Canvas, *, centre_x: float, bottom: float, width: float, faint: bool = False) -> None:
    """Draw the lotus on ``bottom``; ``faint`` draws it as a watermark."""
    canvas.saveState()
    scale = width / 448  # from tip to tip the drawing is 448 units wide
    canvas.translate(centre_x - 320 * scale, bottom + 296 * scale)
    canvas.scale(scale, -scale)
    canvas.setLineCap(1)
    canvas.setLineJoin(1)
    canvas.setStrokeColor(SKY if faint else BLUE, alpha=0.11 if faint else 1)
    canvas.setFillColor(SKY, alpha=0.03 if faint else 0.14)
    canvas.setLineWidth(2 if faint else 9)
    canvas.drawPath(_path_of(canvas, _PETALS_LEFT, (_PETAL_MIDDLE,)), stroke=1, fill=1)
    if faint:
        canvas.setLineWidth(1.4)
        canvas.drawPath(_path_of(canvas, _VEINS_LEFT, _VEINS_MIDDLE), stroke=1, fill=0)
    canvas.setFillColor(GOLD, alpha=0.22 if faint else 1)
    for x, y in (*_TIPS_LEFT, *((_MIRROR_X - x, y) for x, y in _TIPS_LEFT), _TIP_MIDDLE):
        canvas.circle(x, y, 7 if faint else 20, stroke=0, fill=1)
    canvas.restoreState()


def _draw_corner(canvas: Canvas) -> None:
    """Circuit traces that grow out of the lower left corner of the frame."""
    canvas.setStrokeColor(BLUE)
    canvas.setLineWidth(1.1)
    traces = canvas.beginPath()
    for start, bend, end in (
        ((0, 96), (22, 74), (22, 44)),
        ((0, 72), (12, 60), (12, 36)),
        ((96, 0), (74, 22), (44, 22)),
        ((72, 0), (60, 12), (36, 12)),
        ((0, 0), (20, 20), (30, 30)),
    ):
        traces.moveTo(*start)
        traces.lineTo(*bend)
        traces.lineTo(*end)
    canvas.drawPath(traces, stroke=1, fill=0)
    for x, y, radius, colour in (
        (22, 44, 2.6, GOLD), (12, 36, 2.1, SKY), (44, 22, 2.6, GOLD), (36, 12, 2.1, SKY), (30, 30, 3.4, GOLD),
    ):  # fmt: skip
        canvas.setFillColor(colour)
        canvas.circle(x, y, radius, stroke=0, fill=1)


def draw_frame(canvas: Canvas, *, width: float, height: float) -> None:
    """Ivory paper, a navy edge with a gold line inside it, and circuit traces in the corners."""
    canvas.setFillColor(IVORY)
    canvas.rect(0, 0, width, height, stroke=0, fill=1)
    canvas.setStrokeColor(NAVY)
    canvas.setLineWidth(7)
    canvas.rect(17, 17, width - 34, height - 34, stroke=1, fill=0)
    canvas.setStrokeColor(GOLD)
    canvas.setLineWidth(1.3)
    canvas.rect(25, 25, width - 50, height - 50, stroke=1, fill=0)
    for x, y, turn_x, turn_y in (
        (25, 25, 1, 1),
        (width - 25, 25, -1, 1),
        (25, height - 25, 1, -1),
        (width - 25, height - 25, -1, -1),
    ):
        canvas.saveState()
        canvas.translate(x, y)
        canvas.scale(turn_x, turn_y)
        _draw_corner(canvas)
        canvas.restoreState()


def draw_rule(canvas: Canvas, *, centre_x: float, y: float, width: float) -> None:
    """A gold line that ends in two nodes, with a third in the middle."""
    canvas.setStrokeColor(GOLD)
    canvas.setFillColor(GOLD)
    canvas.setLineWidth(1.2)
    canvas.line(centre_x - width / 2, y, centre_x + width / 2, y)
    for x, radius in ((centre_x - width / 2, 1.8), (centre_x, 3), (centre_x + width / 2, 1.8)):
        canvas.circle(x, y, radius, stroke=0, fill=1)
