"""Every child's name on paper is the child's name: no letter is left out, no mark stands beside its letter."""

from __future__ import annotations

import re
import unicodedata
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from pypdf import PdfReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from programs.core.paper import BOLD, INK, ITALIC, MEDIUM, draw_centred, fit, text_width, unprintable, wrapped
from programs.core.typefaces import runs
from tests.certificates.make import LONG_NAME

NAMES = [
    "H'Nê̆ Kbuôr", "Ƀăng Y Ñĭ", "Vũ", "김민준", "Ŏ", "Y Ƀhăm Ayŭn", "K'Brêu", "Č̣hơ Ñ́", "王小明", "Анна", "Kʼ Brêu", LONG_NAME,
]  # fmt: skip


def on_paper(name: str, font: str = BOLD) -> str:
    buffer = BytesIO()
    canvas = Canvas(buffer, invariant=1)
    draw_centred(canvas, 300, 500, name, font, 24, INK)
    canvas.save()
    return PdfReader(BytesIO(buffer.getvalue())).pages[0].extract_text().strip()


@pytest.mark.parametrize("font", [BOLD, MEDIUM, ITALIC])
@pytest.mark.parametrize("name", NAMES)
def test_a_name_on_paper_is_the_name_in_either_form(name, font):
    assert unprintable(name) == []
    for form in ("NFC", "NFD"):
        assert on_paper(unicodedata.normalize(form, name), font) == unicodedata.normalize("NFC", name)


def test_letters_of_vietnamese_stay_in_the_portals_typeface():
    assert [run.font for run in runs("Nguyễn Thị Ánh Đào", BOLD)] == [BOLD]
    assert [(run.text, run.font) for run in runs("Ƀăng", BOLD)] == [("Ƀ", "NotoSans-Bold"), ("ăng", BOLD)]
    assert [(run.text, run.font) for run in runs("김 Ý", MEDIUM)] == [("김", "NotoSansKR-Medium"), (" Ý", MEDIUM)]


def test_a_mark_that_unicode_cannot_write_with_its_letter_stands_above_it():
    (run,) = [run for run in runs("H'Nê̆", BOLD) if run.shaped]
    (letter, beneath, moved), (mark, above, back) = run.glyphs(20)
    assert (letter, mark) == ("ê", "\u0306")
    assert beneath == 0 < above, "the breve stands higher than it does over a plain letter"
    assert -stringWidth("ê", BOLD, 20) < moved < 0, "it is drawn over the letter, not beside it"
    assert run.width(20) == pytest.approx(stringWidth("ê", BOLD, 20)), "and takes no room of its own"
    assert back == pytest.approx(-moved - stringWidth("\u0306", BOLD, 20))


@pytest.mark.parametrize("name", NAMES)
def test_names_in_two_typefaces_fit_and_are_never_cut(name):
    size, rows = fit(name, BOLD, size=35, smallest=24, width=200, lines=2)
    assert " ".join(rows) == unicodedata.normalize("NFC", name)
    assert all(text_width(row, BOLD, size) <= 200 for row in rows)
    assert " ".join(wrapped(name, BOLD, 35, 100)) == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize(("name", "missing"), [("Nguyễn 😀", ["😀"]), ("ภูมิ An", ["ภู", "มิ"]), ("Lê नि", ["नि"])])
def test_what_no_typeface_can_draw_is_named(name, missing):
    assert unprintable(name) == missing


def test_only_paper_puts_words_on_a_page():
    """Whoever measures or draws text by ReportLab alone prints boxes for the letters that Be Vietnam Pro lacks."""
    own = re.compile(r"\b(stringWidth|drawString|drawCentredString|drawRightString|beginText|Paragraph)\(")
    here = {"programs/core/paper.py", "programs/core/typefaces.py"}
    root = Path(settings.BASE_DIR)
    files = [path for folder in ("programs", "cms", "stem_portal") for path in (root / folder).rglob("*.py")]
    found = [str(path.relative_to(root)) for path in files if own.search(path.read_text(encoding="utf-8"))]
    assert set(found) == here
