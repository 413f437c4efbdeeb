"""Cut the web fonts from the font packages: the letters of Vietnamese and English, and those of names beyond them."""

from __future__ import annotations

import logging
from pathlib import Path

import fontpkg_be_vietnam_pro
import fontpkg_noto_sans
from django.conf import settings
from django.core.management.base import BaseCommand
from fontTools import subset
from fontTools.varLib import instancer

WEIGHTS = {400: "Regular", 500: "Medium", 600: "SemiBold", 700: "Bold"}
LETTERS = [
    *range(0x20, 0x7F),  # Latin
    *range(0xA0, 0x180),  # Latin-1 and Latin Extended-A, with đ and ă
    *(0x1A0, 0x1A1, 0x1AF, 0x1B0),  # ơ ư
    *range(0x300, 0x334),  # combining marks, so that a letter and its marks come from one typeface
    *range(0x1EA0, 0x1EFA),  # Vietnamese letters with tones
    *range(0x2010, 0x2028),
    0x202F,
    0x2030,
    0x2032,
    0x2033,
    0x2039,
    0x203A,  # dashes, quotes, dots
    *(0x20AB, 0x20AC, 0x2116, 0x2122, 0x2190, 0x2191, 0x2192, 0x2193, 0x2212, 0x2248, 0x2260, 0x2264, 0x2265),
    *range(0x2070, 0x208F),  # superscripts and subscripts, as in m² and CO₂
]
# Names in Êđê, Bahnar, Jrai and other languages of Latin letters: what Be Vietnam Pro may lack.
LETTERS_OF_NAMES = [*range(0x41, 0x7B), *range(0xC0, 0x250), 0x2BB, 0x2BC, *range(0x300, 0x334), *range(0x1E00, 0x1F00)]


def cut(source: Path, target: Path, letters: list[int]) -> None:
    """Write ``target`` as WOFF2 with ``letters`` of ``source``, whole or not at all."""
    options = subset.Options(
        flavor="woff2", layout_features=["kern", "liga", "calt", "ccmp", "locl", "mark", "mkmk", "tnum"]
    )
    font = subset.load_font(source, options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=letters)
    cutter.subset(font)
    if "fvar" in font:
        font = instancer.instantiateVariableFont(font, {"wdth": 100, "wght": (400, 700)})
    half_written = target.with_suffix(".part")
    subset.save_font(font, half_written, options)
    half_written.replace(target)


class Command(BaseCommand):
    help = "Cut the web fonts into the generated static files; existing files are left alone."

    def handle(self, *args, **options) -> None:
        logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells of every glyph
        folder = settings.GENERATED_STATIC_DIR / "fonts"
        folder.mkdir(parents=True, exist_ok=True)
        vietnamese = fontpkg_be_vietnam_pro.ROOT / "files"
        for weight, style in WEIGHTS.items():
            self.write(folder / f"be-vietnam-pro-{weight}.woff2", vietnamese / f"BeVietnamPro-{style}.ttf", LETTERS)
        others = fontpkg_noto_sans.ROOT / "files" / "NotoSans[wdth,wght].ttf"
        self.write(folder / "noto-sans.woff2", others, LETTERS_OF_NAMES)

    def write(self, target: Path, source: Path, letters: list[int]) -> None:
        if not target.exists():
            cut(source, target, letters)
            self.stdout.write(f"{target.name}: {target.stat().st_size // 1024} KB")
