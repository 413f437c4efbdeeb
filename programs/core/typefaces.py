"""Be Vietnam Pro, and the typefaces that draw the letters of names which it lacks.

It has every Vietnamese letter, but not those of Êđê, Bahnar or Jrai (Ƀ, ŏ, ĭ) and none of other scripts. What it lacks
comes from Noto, letter by letter and in the same weight. A letter whose marks Unicode cannot write as one (``ê̆``) is
shaped by HarfBuzz, so that each mark stands on its letter.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO
from itertools import groupby
from pathlib import Path

import fontpkg_be_vietnam_pro
import fontpkg_noto_sans
import justmytype_intl_cjk
import uharfbuzz
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont, shapeStr

WEIGHTS = {"Regular": 400, "Medium": 500, "SemiBold": 600, "Bold": 700, "Italic": 400}
CUTS = REGULAR, MEDIUM, SEMIBOLD, BOLD, ITALIC = tuple(f"BeVietnamPro-{cut}" for cut in WEIGHTS)

NOTO = fontpkg_noto_sans.ROOT / "files"
CJK = Path(justmytype_intl_cjk.__file__).parent / "fonts" / "ofl"
OTHERS = (
    ("NotoSans", NOTO / "NotoSans[wdth,wght].ttf", NOTO / "NotoSans-Italic[wdth,wght].ttf"),
    ("NotoSansSC", CJK / "notosanssc" / "NotoSansSC[wght].ttf", None),
    ("NotoSansKR", CJK / "notosanskr" / "NotoSansKR[wght].ttf", None),
)
# In these scripts the letters of a word change each other, so they cannot be drawn one by one.
JOINING = ("DEVANAGARI", "VEDIC")


@dataclass(frozen=True)
class Run:
    """Letters in a row that one typeface draws, or one letter with marks that have to be placed."""

    text: str
    font: str
    shaped: bool

    def glyphs(self, size: float) -> list[tuple[str, float, float]]:
        """What to show one after the other: the text, how far above the line, how far the next one moves away."""
        if not self.shaped:
            return [(self.text, 0, 0)]
        shown = shapeStr(self.text, self.font, size, force=True)
        shapes, scale = shown.__shapeData__, size / 1000
        places = [sum(each.x_advance for each in shapes[:number]) for number in range(len(shapes) + 1)]
        lefts = [place + each.x_offset for place, each in zip(places, shapes, strict=False)] + places[-1:]
        return [
            (glyph, each.y_offset * scale, (lefts[number + 1] - lefts[number] - each.width) * scale)
            for number, (glyph, each) in enumerate(zip(shown, shapes, strict=True))
        ]

    def width(self, size: float) -> float:
        return sum(stringWidth(text, self.font, size) + away for text, _above, away in self.glyphs(size))


@lru_cache(maxsize=4096)
def runs(text: str, cut: str) -> tuple[Run, ...]:
    """``text`` in the order of reading, each part with its typeface; what none has is left to ``cut``."""
    found: list[Run] = []
    parts = ((letter, _typeface_of(letter, cut) or cut, len(letter) > 1) for letter in letters(text))
    for (font, shaped), same in groupby(parts, key=lambda part: part[1:]):
        texts = [letter for letter, _font, _shaped in same]
        found += [Run(each, font, shaped) for each in (texts if shaped else ["".join(texts)])]
    return tuple(found)


def without_typeface(text: str) -> list[str]:
    """The letters of ``text`` that no typeface of the portal can draw."""
    return [letter for letter in dict.fromkeys(letters(text)) if not _typeface_of(letter, BOLD)]


def letters(text: str) -> list[str]:
    """The letters of ``text``, each with the marks that belong to it."""
    found: list[str] = []
    for character in unicodedata.normalize("NFC", text):
        if found and unicodedata.category(character).startswith("M"):
            found[-1] += character
        else:
            found.append(character)
    return found


@cache
def fonts() -> dict[str, TTFont]:
    """The cuts of Be Vietnam Pro, registered once (ReportLab silently keeps the first font of a name)."""
    loaded = {name: TTFont(name, _vietnamese(name)) for name in CUTS}
    for font in loaded.values():
        registerFont(font)
    return loaded


def _vietnamese(cut: str) -> Path:
    return fontpkg_be_vietnam_pro.ROOT / "files" / f"{cut}.ttf"


@lru_cache(maxsize=4096)
def _typeface_of(letter: str, cut: str) -> str | None:
    if any(unicodedata.name(character, "").startswith(JOINING) for character in letter):
        return None
    for font, path in _files(cut):
        if _draws(path, letter):
            _load(font, path)
            return font
    return None


def _files(cut: str) -> Iterator[tuple[str, Path]]:
    yield cut, _vietnamese(cut)
    style = cut.partition("-")[2]
    for family, upright, italic in OTHERS:
        yield f"{family}-{style}", italic if italic and style == "Italic" else upright


def _draws(path: Path, letter: str) -> bool:
    """Whether the typeface has the letter and its marks, each as a glyph of its own: copied text then stays a name."""
    font = _harfbuzz(path)
    glyphs = [font.get_nominal_glyph(ord(character)) for character in letter]
    if len(letter) == 1 or not all(glyphs):
        return all(glyphs)
    buffer = uharfbuzz.Buffer()
    buffer.add_str(letter)
    buffer.guess_segment_properties()
    uharfbuzz.shape(font, buffer)
    return [info.codepoint for info in buffer.glyph_infos] == glyphs


@cache
def _harfbuzz(path: Path) -> uharfbuzz.Font:
    return uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(path))))


@cache
def _load(font: str, path: Path) -> None:
    """Register the typeface under its own name, a variable one in the weight of the cut; only when a name needs it."""
    if font in fonts():
        return
    variable = _harfbuzz(path).face
    wanted = uharfbuzz.SubsetInput()
    wanted.keep_everything()
    wanted.pin_all_axes_to_default(variable)
    wanted.pin_axis_location(variable, "wght", WEIGHTS[font.partition("-")[2]])
    loaded = TTFont(font, BytesIO(uharfbuzz.subset(variable, wanted).blob.data))
    loaded.face.name = font.encode()  # all weights bear the name of one, and a PDF keeps fonts by their names
    registerFont(loaded)
