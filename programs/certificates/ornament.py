"""The vector drawings of the certificate: a lotus whose veins are circuit traces, a frame."""

from __future__ import annotations

import re

from reportlab.pdfgen.canvas import Canvas

from programs.core.paper import BLUE, GOLD, IVORY, NAVY, SKY

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
    """The lotus standing on ``bottom``; ``faint`` draws it as the paper's watermark."""
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
