"""What arrives is looked at by its content, cleaned, scanned, and kept or refused in words (CASES U01 to U10)."""

from __future__ import annotations

import hashlib
import zipfile
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from PIL import Image
from pypdf import PdfReader, PdfWriter

from programs.core.worker import run_due_jobs
from programs.notices.models import Message
from programs.uploads.choices import FileKind, UploadState
from programs.uploads.models import Upload, UploadPart
from tests.projects.make import jpeg_with_place, pdf, png_bomb
from tests.uploads import files
from tests.uploads.tus import metadata

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(sender, django_capture_on_commit_callbacks):
    """Sends a file, lets the worker do its part; the upload as it then is."""

    def send(data: bytes, name: str = "tep.bin", **how) -> Upload:
        with django_capture_on_commit_callbacks(execute=True):
            upload = sender.send(data, name=name, **how)
            run_due_jobs()
        upload.refresh_from_db()
        return upload

    return send


def stored(key: str) -> bytes:
    with storages["private"].open(key) as file:
        return file.read()


# --- Kept ---------------------------------------------------------------------------------------
def test_a_photograph_of_a_telephone_loses_its_place(sent, box):
    upload = sent(jpeg_with_place(), "Ảnh nhóm.HEIC")
    [file] = box.kept
    assert (upload.state, upload.key) == (UploadState.KEPT, "")
    assert (file.name, file.content_type) == ("Ảnh nhóm.jpg", "image/jpeg")
    for key in (file.key, file.preview_key):
        assert dict(Image.open(BytesIO(stored(key))).getexif()) == {}
    assert file.sha256 == hashlib.sha256(jpeg_with_place()).hexdigest()
    assert file.kept_sha256 == hashlib.sha256(stored(file.key)).hexdigest()
    assert UploadPart.objects.count() == 0


def test_a_heic_becomes_a_jpeg(sent, box):
    sent(files.HEIC(), "IMG_0001.heic")
    [file] = box.kept
    assert Image.open(BytesIO(stored(file.key))).format == "JPEG"


def test_a_pdf_is_counted_and_says_nothing_of_its_author(sent, box):
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf())))
    writer.add_metadata({"/Author": "Nguyen Quang Minh", "/Producer": "LibreOffice"})
    data = BytesIO()
    writer.write(data)
    sent(data.getvalue(), "Báo cáo.pdf")
    [file] = box.kept
    reader = PdfReader(BytesIO(stored(file.key)))
    assert file.pages == len(reader.pages) > 0
    assert b"Minh" not in stored(file.key)
    assert reader.metadata is None or reader.metadata.author is None


def test_the_purpose_may_say_no_when_it_sees_the_pages(sent, box):
    box.most_pages = 0
    upload = sent(pdf(), "Báo cáo.pdf")
    assert (upload.state, upload.reason_code) == (UploadState.REFUSED, "too_many_pages")
    assert "trang" in upload.reason
    assert box.kept == []


def test_slides_are_kept_packed_without_their_author(sent, box):
    sent(files.pptx(), "Trình bày.pptx")
    [file] = box.kept
    with zipfile.ZipFile(BytesIO(stored(file.key))) as pack:
        assert b"Minh" not in pack.read("docProps/core.xml")
        picture = pack.read("ppt/media/image1.jpeg")
        assert b"Exif" not in picture
        assert Image.open(BytesIO(picture)).format == "JPEG"
    assert file.content_type.endswith("presentationml.presentation")


def test_slides_of_libreoffice_are_kept(sent, box):
    sent(files.odp(**{"meta.xml": b"<dc:creator>Minh</dc:creator>"}), "Trình bày.odp")
    [file] = box.kept
    assert file.name == "Trình bày.odp"
    with zipfile.ZipFile(BytesIO(stored(file.key))) as pack:
        assert b"Minh" not in pack.read("meta.xml")


def test_a_video_loses_its_places_and_not_a_byte_moves(sent, box):
    data = files.video()
    sent(data, "IMG_0002.MOV")
    [file] = box.kept
    clean = stored(file.key)
    assert (file.seconds, file.content_type, file.name) == (10, "video/quicktime", "IMG_0002.mov")
    assert len(clean) == len(data)
    for told in (files.PLACE, b"106.67", b"mebx", b"\xa9xyz", b"XMP"):
        assert told not in clean
    assert data.index(b"PICTURES" * 40 + b"SOUND" * 20) == clean.index(b"PICTURES" * 40 + b"SOUND" * 20)


def test_a_real_video_still_plays(sent, box, tmp_path):
    """Made and read by FFmpeg's libraries, which know nothing of us."""
    av = pytest.importorskip("av", reason="the development requirement `av` is not installed")
    path = tmp_path / "phim.mp4"
    with av.open(str(path), "w", options={"movflags": "use_metadata_tags"}) as container:
        container.metadata["location"] = files.PLACE.decode()
        container.metadata["comment"] = "Quang Minh"
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        for number in range(20):
            frame = av.VideoFrame.from_image(Image.new("RGB", (160, 120), (number * 10, 80, 160)))
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    data = path.read_bytes()
    assert files.PLACE in data, "the trap itself must hold a place"
    sent(data, "phim.mp4")
    [file] = box.kept
    assert files.PLACE not in stored(file.key)
    assert b"Quang Minh" not in stored(file.key)
    with av.open(BytesIO(stored(file.key))) as container:
        assert len(list(container.decode(video=0))) == 20


# --- Refused ------------------------------------------------------------------------------------
def encrypted_pdf() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf())))
    writer.encrypt("bí mật")
    data = BytesIO()
    writer.write(data)
    return data.getvalue()


def moov_with(body: bytes) -> bytes:
    return files.made_of(b"ftyp", b"isom\0\0\0\0isom") + files.made_of(b"moov", body)


REFUSED = {
    "html": (lambda: files.HTML, "unknown_kind"),
    "svg": (lambda: files.SVG, "unknown_kind"),
    "gif and js": (lambda: b"GIF89a/*" + bytes(40) + b"*/=1;alert(1)//", "unknown_kind"),
    "eicar as it is": (lambda: files.EICAR, "unknown_kind"),
    "pdf and zip": (lambda: pdf() + files.packed({"a.txt": b"a"}), "two_files_in_one"),
    "video and zip": (lambda: files.video() + files.packed({"a.txt": b"a"}), "two_files_in_one"),
    "pdf with a password": (encrypted_pdf, "encrypted"),
    "broken pdf": (lambda: b"%PDF-1.7\n" + b"x" * 200, "damaged"),
    "picture bomb": (png_bomb, "too_many_pixels"),
    "zip bomb": (files.bomb, "packed_too_tightly"),
    "100,000 entries": (lambda: files.pptx(**{f"ppt/{n}": b"" for n in range(6000)}), "packed_too_tightly"),
    "way out": (lambda: files.pptx(**{"../../etc/passwd": b"x"}), "unsafe_entries"),
    "link out": (
        lambda: files.packed(
            {"[Content_Types].xml": files.TYPES, files.symlink("ppt/presentation.xml"): b"/etc/passwd"}
        ),
        "unsafe_entries",
    ),
    "macros": (lambda: files.pptx(**{"ppt/vbaProject.bin": b"x"}), "macros"),
    "macros inside a table": (
        lambda: files.pptx(**{"ppt/embeddings/a.xlsx": files.packed({"xl/vbaProject.bin": b"x"})}),
        "macros",
    ),
    "bomb inside a table": (
        lambda: files.pptx(**{"ppt/embeddings/a.xlsx": files.packed({"xl/a.xml": bytes(30_000_000)})}),
        "packed_too_tightly",
    ),
    "a zip": (lambda: files.packed({"a.txt": b"a"}), "not_slides"),
    "video of another codec": (lambda: files.video(codec=b"vp09"), "unusual_video"),
    "sound of another codec": (lambda: files.video(sound=b"ac-3"), "unusual_video"),
    "video without a table": (
        lambda: files.made_of(b"ftyp", b"isom\0\0\0\0") + files.made_of(b"mdat", b"x"),
        "damaged",
    ),
    "cut off video": (lambda: files.video()[:-30], "damaged"),
    "box larger than its file": (lambda: moov_with(b"\x7f\xff\xff\xfftrak"), "damaged"),
    "boxes without end": (lambda: moov_with(files.made_of(b"trak") * 30_000), "damaged"),
}


@pytest.mark.parametrize(("make", "code"), REFUSED.values(), ids=list(REFUSED))
def test_what_is_not_taken_is_refused_in_words_and_leaves_nothing(sent, box, minh, make, code):
    storages["private"].save("uploads/there", ContentFile(b"x"))
    before = set(storages["private"].listdir("uploads")[1])
    upload = sent(make(), "anh.jpg")
    assert (upload.state, upload.reason_code) == (UploadState.REFUSED, code)
    assert box.kept == []
    assert set(storages["private"].listdir("uploads")[1]) == before
    letter = Message.objects.get(recipient=minh, kind="upload_refused")
    assert (
        upload.reason in letter.body_text.replace("\n> ", " ").replace("\n", " ")
        or upload.reason[:30] in letter.body_text
    )


def test_a_kind_that_is_not_asked_for_is_refused(sent, box):
    box.kinds = [FileKind.PDF]
    upload = sent(jpeg_with_place(), "anh.pdf")
    assert upload.reason_code == "other_kind"
    assert "PDF" in upload.reason


def test_a_file_that_changed_while_it_was_sent_is_refused(sender, box, django_capture_on_commit_callbacks):
    said = metadata(purpose="tests.box", target=7, filename="a.jpg", head="0" * 64)
    data = jpeg_with_place()
    url = sender.begin(len(data), **{"Upload-Metadata": said})
    sender.patch(url, data)
    with django_capture_on_commit_callbacks(execute=True):
        run_due_jobs()
    assert Upload.objects.get().reason_code == "changed"
