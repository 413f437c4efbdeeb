"""The printed page, read back from its bytes."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader

from programs.certificates import pdf
from programs.certificates.pdf import Sheet, render
from programs.core import paper
from programs.core.paper import BOLD, fit, fonts, text_width, unprintable
from programs.core.refusals import Refused
from tests.certificates.make import LONG_NAME

SHEET = Sheet(
    language="vi",
    title="Giấy chứng nhận GCN-2026-000123",
    issuer="Trung tâm Đổi mới sáng tạo",
    heading="GIẤY CHỨNG NHẬN",
    subheading="Tham gia hoạt động trải nghiệm STEM",
    presented_to="Chứng nhận học sinh",
    name="Nguyễn Nhật Minh",
    class_and_school="Lớp 8A1 · Trường THCS Chu Văn An",
    took_part_in="đã tham gia",
    activity="Một ngày ở xưởng chế tạo số",
    where_and_when="tại Trung tâm Đổi mới sáng tạo, ngày 05 tháng 9 năm 2025",
    issued_on="Cấp ngày 06 tháng 9 năm 2025",
    signer="ĐẠI DIỆN ĐƠN VỊ TỔ CHỨC",
    signing_hint="(Ký, ghi rõ họ tên)",
    serial="Số: GCN-2025-000123",
    verify_hint="Quét mã QR",
    verify_address="stem.example.vn/verify",
    verify_code="ABCDEFGHIJKLMNOPQRSTUVWXYZ23",
    verify_url="https://stem.example.vn/verify/ABCDEFGHIJKLMNOPQRSTUVWXYZ23/",
)


def vietnamese_letters() -> list[str]:
    """All 146: twelve vowels in six tones and đ, in both cases, as single NFC characters; and the plain ones."""
    tones = ["", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"]
    lower = [unicodedata.normalize("NFC", vowel + tone) for vowel in "aăâeêioôơuưy" for tone in tones] + ["đ"]
    return lower + [letter.upper() for letter in lower]


def reader_of(*sheets: Sheet) -> PdfReader:
    return PdfReader(BytesIO(render(sheets)))


def words_of(page) -> str:
    return " ".join(unicodedata.normalize("NFC", page.extract_text()).split())


def test_the_typeface_has_all_146_vietnamese_letters():
    letters = vietnamese_letters()
    assert len(set(letters)) == 146
    for name, font in fonts().items():
        assert [letter for letter in letters if ord(letter) not in font.face.charToGlyph] == [], name


@pytest.mark.parametrize("name", ["Nguyễn Nhật Minh", LONG_NAME, "H'Hen Niê", "Y Moan Êban", "Đặng Ưng Ỷ Ỵ"])
def test_the_name_on_the_page_is_the_name(name):
    page = reader_of(replace(SHEET, name=name)).pages[0]
    assert name in words_of(page)


def test_a_name_typed_in_nfd_is_printed_in_nfc():
    page = reader_of(replace(SHEET, name=unicodedata.normalize("NFD", "Nguyễn Thị Ánh"))).pages[0]
    assert "Nguyễn Thị Ánh" in page.extract_text()


@pytest.mark.parametrize("name", [LONG_NAME * 3, "A" * 150, "Nguyễn " * 21])
def test_an_endless_name_shrinks_and_is_never_cut(name):
    size, lines = fit(name.strip(), BOLD, size=35, smallest=24, width=pdf.TEXT_WIDTH, lines=2)
    assert " ".join(lines) == name.strip()
    assert len(lines) <= 2
    assert all(text_width(line, BOLD, size) <= pdf.TEXT_WIDTH for line in lines)


def test_the_page_is_a4_landscape_with_national_title_motto_and_official_words():
    reader = reader_of(SHEET)
    page = reader.pages[0]
    text = words_of(page)
    assert (round(page.mediabox.width), round(page.mediabox.height)) == (842, 595)
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text
    assert "Độc lập - Tự do - Hạnh phúc" in text
    assert "GIẤY CHỨNG NHẬN" in text
    assert "ngày 05 tháng 9 năm 2025" in text
    assert "chứng chỉ" not in text.lower()


def test_language_and_title_are_set_fonts_are_embedded_and_no_picture_is_in_it():
    reader = reader_of(SHEET)
    assert reader.trailer["/Root"]["/Lang"] == "vi"
    assert reader.metadata.title == SHEET.title
    resources = reader.pages[0]["/Resources"]
    for font in resources["/Font"].values():
        descriptor = font.get_object().get("/FontDescriptor")
        if descriptor:
            assert "/FontFile2" in descriptor
    assert "/XObject" not in resources, "a seal or a signature must never be drawn"


def test_the_same_rows_give_the_same_bytes():
    assert render([SHEET]) == render([SHEET])


def test_one_file_for_a_whole_class_has_a_page_for_each():
    names = [f"Trần Thị {given}" for given in ("Ánh", "Đào", "Ơn")]
    reader = reader_of(*[replace(SHEET, name=name) for name in names])
    assert [name in words_of(page) for name, page in zip(names, reader.pages, strict=True)] == [True] * 3


def test_what_the_typeface_lacks_is_refused_before_printing():
    assert unprintable("Nguyễn ภ Minh") == ["ภ"]
    with pytest.raises(Refused) as refused:
        render([replace(SHEET, name="Nguyễn ภ Minh")])
    assert refused.value.refusal.code == "unprintable"


def test_the_qr_code_carries_the_address(monkeypatch):
    """The drawn modules are those of segno's own code for the same address."""
    import segno

    expected = segno.make(SHEET.verify_url, error="m", mask=2, micro=False, boost_error=False).matrix
    drawn = [paper.dark_runs(row) for row in expected]
    assert [sum(length for _, length in row) for row in drawn] == [sum(row) for row in expected]
    seen = []
    monkeypatch.setattr(paper, "draw_qr", lambda canvas, *, text, box: seen.append(text))
    render([SHEET])
    assert seen == [SHEET.verify_url]
