"""Files are judged by what is in them (CASES U01, U02, U09, U10)."""

from __future__ import annotations

import unicodedata
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from programs.core.refusals import Refused
from programs.uploads.reading import cleaning as uploads
from programs.uploads.reading.cleaning import (
    MEGABYTE,
    PICTURE_SIDE,
    PREVIEW_SIDE,
    clean_document,
    clean_image,
    clean_upload,
    display_name,
)
from tests.projects.make import jpeg, jpeg_with_place, pdf, picture, png_bomb

HTML = b"<!doctype html><script>alert(document.cookie)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
GIF_AND_JS = b"GIF89a/*" + b"\x00" * 40 + b"*/=1;alert(1)//"


def code_of(clean, data: bytes) -> str:
    with pytest.raises(Refused) as refused:
        clean(data)
    assert str(refused.value.refusal.message)
    return refused.value.refusal.code


def reopened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def test_location_comment_and_rotation_are_gone_and_the_picture_is_upright():
    dirty = jpeg_with_place()
    assert reopened(dirty).getexif().get_ifd(0x8825), "the trap itself must hold a place"
    clean = clean_image(dirty)
    for data in (clean.data, clean.preview):
        image = reopened(data)
        assert dict(image.getexif()) == {}
        assert "exif" not in image.info
        assert "comment" not in image.info
        assert b"alert" not in data
        assert image.height > image.width, "it lay on its side"


def test_a_large_photograph_is_made_small_enough_to_look_at():
    clean = clean_image(jpeg((4000, 3000)))
    assert reopened(clean.data).size == (PICTURE_SIDE, 1200)
    assert reopened(clean.preview).size == (PREVIEW_SIDE, 300)
    assert clean.content_type == "image/jpeg"


@pytest.mark.parametrize(
    ("format_name", "mode"),
    [("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "RGBA"), ("PNG", "P"), ("PNG", "1"), ("PNG", "LA"), ("WEBP", "RGBA")],
)
def test_every_kind_of_picture_becomes_a_jpeg(format_name, mode):
    data = BytesIO()
    Image.new(mode, (300, 200)).save(data, format_name)
    image = reopened(clean_image(data.getvalue()).data)
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (300, 200))


def test_an_iphones_heic_is_taken():
    assert reopened(clean_image(picture("HEIF", (320, 240))).data).format == "JPEG"


def test_what_is_transparent_becomes_white():
    data = BytesIO()
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(data, "PNG")
    assert reopened(clean_image(data.getvalue()).data).getpixel((20, 20)) == (255, 255, 255)


def test_a_bomb_of_pixels_is_refused_before_it_is_unpacked():
    bomb = png_bomb()
    assert len(bomb) < 50_000
    assert code_of(clean_image, bomb) == "too_many_pixels"


@pytest.mark.parametrize("data", [HTML, SVG, GIF_AND_JS, pdf(), b"\x89PNG", b"BM" + b"\x00" * 60])
def test_what_is_not_a_picture_is_refused(data):
    assert code_of(clean_image, data) in {"not_an_image", "damaged"}


def test_a_picture_cut_off_in_the_middle_is_refused():
    assert code_of(clean_image, jpeg()[:600]) == "damaged"


def test_a_jpeg_whose_head_is_damaged_is_refused():
    data = jpeg()
    assert code_of(clean_image, data[:4] + b"\x00" * 40 + data[44:]) == "damaged"


def test_a_telephones_picture_of_two_frames_is_taken():
    buffer = BytesIO()
    frames = [Image.new("RGB", (64, 48), colour) for colour in ("red", "blue")]
    frames[0].save(buffer, "MPO", save_all=True, append_images=frames[1:])
    assert reopened(clean_image(buffer.getvalue()).data).format == "JPEG"


@pytest.mark.parametrize("problem", [AssertionError, NotImplementedError, IndexError, MemoryError])
def test_whatever_the_parser_stumbles_over_the_file_is_refused(monkeypatch, problem):
    def stumble(*args, **kwargs):
        raise problem

    monkeypatch.setattr(uploads, "_refuse_dangers", stumble)
    monkeypatch.setattr(uploads, "_drawn_anew", stumble)
    assert code_of(clean_document, pdf()) == "damaged"
    assert code_of(clean_image, jpeg()) == "damaged"


def test_a_script_behind_a_picture_does_not_survive():
    assert HTML not in clean_image(jpeg() + HTML).data


def test_a_plain_report_is_kept_as_it_is():
    data = pdf()
    assert clean_document(data).data == data


@pytest.mark.parametrize("data", [HTML, SVG, jpeg(), b"%PDF", b"PK\x03\x04" + pdf(), HTML + pdf(), b"\n" + pdf()])
def test_what_is_not_a_pdf_from_the_first_byte_is_refused(data):
    assert code_of(clean_document, data) in {"not_a_pdf", "damaged"}


def action(kind: str) -> DictionaryObject:
    return DictionaryObject({NameObject("/S"): NameObject(kind), NameObject("/JS"): TextStringObject("app.alert(1)")})


def document_script(writer):
    names = ArrayObject([TextStringObject("start"), action("/JavaScript")])
    tree = DictionaryObject({NameObject("/JavaScript"): DictionaryObject({NameObject("/Names"): names})})
    writer.root_object[NameObject("/Names")] = tree


def opens_with(kind: str):
    return lambda writer: writer.root_object.update({NameObject("/OpenAction"): action(kind)})


def page_runs(writer):
    writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): action("/JavaScript")})


def link_launches(writer):
    launch = DictionaryObject({NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("cmd.exe")})
    note = DictionaryObject({NameObject("/Subtype"): NameObject("/Link"), NameObject("/A"): launch})
    writer.pages[0][NameObject("/Annots")] = ArrayObject([note])


@pytest.mark.parametrize(
    "change",
    [
        document_script,
        lambda writer: writer.add_attachment("virus.exe", b"MZ"),
        opens_with("/JavaScript"),
        opens_with("/URI"),
        page_runs,
        link_launches,
    ],
    ids=["script", "attachment", "opening script", "opening address", "page action", "launch"],
)
def test_a_pdf_that_does_something_is_refused(change):
    assert code_of(clean_document, pdf(change=change)) == "active"


def test_an_opening_action_that_only_shows_a_page_is_fine():
    def first_page(writer):
        destination = ArrayObject([writer.pages[0].indirect_reference, NameObject("/Fit")])
        writer.root_object[NameObject("/OpenAction")] = destination

    assert clean_document(pdf(change=first_page)).extension == "pdf"


@pytest.mark.parametrize("algorithm", ["RC4-40", "RC4-128", "AES-128", "AES-256"])
def test_a_pdf_that_only_its_owner_may_change_opens_everywhere(algorithm):
    data = pdf(change=lambda writer: writer.encrypt("", "cua-truong", algorithm=algorithm))
    assert clean_document(data).data == data


def test_what_is_dangerous_is_found_behind_an_owners_password():
    def hidden(writer):
        writer.root_object[NameObject("/OpenAction")] = DictionaryObject({NameObject("/S"): NameObject("/JavaScript")})
        writer.encrypt("", "cua-truong", algorithm="AES-256")

    assert code_of(clean_document, pdf(change=hidden)) == "active"


def test_a_pdf_with_a_password_is_refused():
    assert (
        code_of(clean_document, pdf(change=lambda writer: writer.encrypt("bi-mat", algorithm="RC4-128"))) == "encrypted"
    )


def test_a_pdf_without_pages_or_cut_off_is_refused():
    assert code_of(clean_document, pdf(pages=0)) == "damaged"
    assert code_of(clean_document, b"%PDF-1.7\n" + b"x" * 500) == "damaged"


def test_size_counts_before_content():
    big = SimpleUploadedFile("to.jpg", b"\x00" * (2 * MEGABYTE))
    with pytest.raises(Refused) as refused:
        clean_upload(big, clean=clean_image, most_megabytes=1)
    assert refused.value.refusal.code == "too_big"
    with pytest.raises(Refused) as refused:
        clean_upload(SimpleUploadedFile("rong.jpg", b""), clean=clean_image, most_megabytes=1)
    assert refused.value.refusal.code == "empty"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\minh\\bài.pdf", "bài.pdf"),
        ("a\x00.pdf", "a.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("báo cáo\u202efdp.exe", "báo cáofdp.pdf"),
        (unicodedata.normalize("NFD", "Báo cáo Dự án.pdf"), "Báo cáo Dự án.pdf"),
        ('x"; filename=y.html', "x_ filename=y.pdf"),
        ("a\r\nSet-Cookie: b=c.pdf", "a Set-Cookie_ b=c.pdf"),
        ("bài làm.HTML", "bài làm.pdf"),
        ("", "file.pdf"),
        (".pdf", "pdf.pdf"),
    ],
)
def test_names_are_made_harmless(raw, shown):
    from django.utils import translation

    with translation.override("en"):
        assert display_name(raw, extension="pdf") == shown


def test_an_endless_name_is_cut_between_letters():
    name = display_name("ế" * 255, extension="pdf")
    assert len(name.encode()) <= 190
    assert set(name.removesuffix(".pdf")) == {"ế"}
