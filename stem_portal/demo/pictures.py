"""Pictures of the demonstration."""

from __future__ import annotations

import io
from random import Random

from PIL import Image, ImageDraw

PALETTE = [("#0d2340", "#0b5cad", "#f4b41a"), ("#1b7046", "#bfe3cd", "#f4b41a"), ("#0b5cad", "#cfe0f3", "#fff4d6")]


def drawn_picture(random: Random, index: int) -> tuple[bytes, bytes]:
    """A drawn stand-in for a photograph, and its small copy, as JPEG: no face, no place."""
    dark, middle, bright = PALETTE[index % len(PALETTE)]
    image = Image.new("RGB", (1200, 800), middle)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 560, 1200, 800), fill=dark)
    for _ in range(5):
        left, top, size = random.randint(80, 900), random.randint(160, 480), random.randint(90, 240)
        draw.rounded_rectangle((left, top, left + size, 580), radius=18, fill=random.choice([bright, "#ffffff", dark]))
        draw.ellipse((left + size // 3, top + 20, left + size // 3 + 40, top + 60), fill=bright)
    return _jpeg(image), _jpeg(image.resize((400, 267)))


def _jpeg(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=82)
    return buffer.getvalue()
