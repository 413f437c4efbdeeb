"""Uploads, checked by content and made harmless: bytes in, clean bytes out, or a refusal.

A picture is always re-encoded, so nothing hidden in the file survives: no location, no script, no second file. A
document keeps its bytes and is refused when anything in it could run or hide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO

import filetype
import pillow_heif
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, PdfObject

from programs.core.refusals import Refused
from programs.core.text import clean_text

pillow_heif.register_heif_opener()

MEGABYTE = 1024 * 1024
PICTURE_SIDE, PREVIEW_SIDE = 1600, 400
# What a phone takes; a PNG is always decoded at full size, so its limit is lower.
MOST_PIXELS = {"JPEG": 110_000_000, "MPO": 110_000_000, "HEIF": 60_000_000, "WEBP": 30_000_000, "PNG": 30_000_000}
KINDS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/heic": "HEIF", "image/heif": "HEIF"}
MOST_OBJECTS = 60_000
LONGEST_NAME = 180  # bytes in UTF-8, with room for what a file system adds
WINDOWS_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


@dataclass(frozen=True)
class CleanFile:
    """A file that may be kept. ``preview`` is a small picture, of images only."""

    data: bytes
    content_type: str
    extension: str
    preview: bytes = b""


def clean_upload(upload: UploadedFile, *, clean: Callable[[bytes], CleanFile], most_megabytes: int) -> CleanFile:
    """What ``clean`` makes of the file. Raises ``Refused``: ``empty``, ``too_big``, and what ``clean`` raises."""
    if not upload.size:
        raise _refused("empty", _("The file is empty. Choose it again."))
    if upload.size > most_megabytes * MEGABYTE:
        raise _refused(
            "too_big",
            _("The file is {size} MB; up to {most} MB are allowed. Make it smaller and try again.").format(
                size=-(-upload.size // MEGABYTE), most=most_megabytes
            ),
        )
    upload.seek(0)
    return clean(upload.read())


def clean_scan(data: bytes) -> CleanFile:
    """A scanned paper: a PDF, or a photograph of the page. Raises what the two others raise."""
    return clean_document(data) if data.startswith(b"%PDF-") else clean_image(data)


# --- Pictures -----------------------------------------------------------------------------------
def clean_image(data: bytes) -> CleanFile:
    """A re-encoded JPEG of at most 1600 px. Raises ``Refused``: ``not_an_image``, ``too_many_pixels``, ``damaged``."""
    format_name = KINDS.get(filetype.guess_mime(data) or "")
    if format_name is None:
        raise _refused(
            "not_an_image", _("This is not a JPEG, PNG, WebP or HEIC picture. Choose a photograph or a scan.")
        )
    try:
        # "JPEG" also opens the MPO files of phones; Pillow registers no opener of that name.
        with Image.open(BytesIO(data), formats=[format_name]) as image:
            _refuse_huge(image)
            picture = _drawn_anew(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except Refused:
        raise
    except Exception as error:  # whatever a decoder stumbles over, the file cannot be shown
        raise _refused(
            "damaged", _("The picture is damaged and cannot be opened. Save it again, or take another one.")
        ) from error
    # Averaging whole blocks of pixels is all that a preview needs.
    small = picture.resize(_fitted(picture, PREVIEW_SIDE), Image.Resampling.BILINEAR, reducing_gap=1.0)
    return CleanFile(_as_jpeg(picture, 84), "image/jpeg", "jpg", preview=_as_jpeg(small, 80))


def _refuse_huge(image: Image.Image) -> None:
    width, height = image.size
    if width * height > MOST_PIXELS[image.format or "PNG"]:
        raise _too_many_pixels()


def _too_many_pixels() -> Refused:
    return _refused("too_many_pixels", _("The picture is far too large. Take it again with a smaller setting."))


def _drawn_anew(image: Image.Image) -> Image.Image:
    """The picture shrunk, upright, on white, without any of its own data (EXIF, place, comments, profiles)."""
    fitted = _fitted(image, PICTURE_SIDE)
    image.draft("RGB", fitted)  # a JPEG is decoded at the size that is needed, no larger
    orientation = image.getexif()
    # Hamming shrinks as cleanly as Lanczos in half the time; turning comes last, when there is least to turn.
    drawn = image.resize(fitted, Image.Resampling.HAMMING, reducing_gap=2.0) if image.size != fitted else image.copy()
    drawn.getexif().update(orientation)
    ImageOps.exif_transpose(drawn, in_place=True)
    if drawn.mode in ("RGBA", "LA", "PA") or "transparency" in drawn.info:
        return _on_white(drawn.convert("RGBA"))
    fresh = drawn if drawn.mode == "RGB" else drawn.convert("RGB")
    fresh.info = {}
    return fresh


def _on_white(picture: Image.Image) -> Image.Image:
    fresh = Image.new("RGB", picture.size, "white")
    fresh.paste(picture, mask=picture.getchannel("A"))
    return fresh


def _fitted(image: Image.Image, side: int) -> tuple[int, int]:
    """Its size when neither side is longer than ``side``; nothing is made larger."""
    share = min(1, side / max(image.size))
    return max(1, round(image.width * share)), max(1, round(image.height * share))


def _as_jpeg(picture: Image.Image, quality: int) -> bytes:
    buffer = BytesIO()
    picture.save(
        buffer, "JPEG", quality=quality
    )  # optimised and progressive is 6 % smaller and takes half as long again
    return buffer.getvalue()


# --- Documents ----------------------------------------------------------------------------------
def clean_document(data: bytes) -> CleanFile:
    """A PDF that only shows pages. Raises ``Refused``: ``not_a_pdf``, ``encrypted``, ``active``, ``damaged``."""
    if not data.startswith(b"%PDF-") or filetype.guess_mime(data) != "application/pdf":
        raise _refused(
            "not_a_pdf", _("This is not a PDF file. Save or print your report as a PDF and choose that file.")
        )
    try:
        _refuse_dangers(PdfReader(BytesIO(data), strict=False))
    except Refused:
        raise
    except Exception as error:  # the parser's asserts and gaps too: what cannot be read is not kept
        raise _refused("damaged", _("The PDF is damaged and cannot be read. Save it as a PDF again.")) from error
    return CleanFile(data, "application/pdf", "pdf")


def _refuse_dangers(reader: PdfReader) -> None:
    if reader.is_encrypted and not reader.decrypt(""):  # an owner's password only: it opens everywhere
        raise _refused(
            "encrypted", _("The PDF is protected by a password. Save it without one so that it can be read.")
        )
    if not reader.pages:
        raise _refused("damaged", _("The PDF has no pages. Save it as a PDF again."))
    for number, found in enumerate(_dictionaries(reader)):
        if number > MOST_OBJECTS:
            raise _refused("active", _("The PDF is too complicated to check. Print it as a PDF and send that file."))
        if _is_danger(found):
            raise _refused(
                "active",
                _(
                    "The PDF contains a script, an action or a hidden file. Print it as a PDF and send that file instead."
                ),
            )


def _dictionaries(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Every dictionary of the file, each once, whether a page leads to it or not."""
    roots: list[PdfObject] = [reader.trailer]
    for generation, numbers in reader.xref.items():
        roots += [IndirectObject(number, generation, reader) for number in numbers if number]
    roots += [IndirectObject(number, 0, reader) for number in reader.xref_objStm]
    for root in roots:
        waiting: list[PdfObject | None] = [root.get_object() if isinstance(root, IndirectObject) else root]
        while waiting:
            found = waiting.pop()
            if isinstance(found, DictionaryObject):
                yield found
                waiting += [value for value in found.values() if isinstance(value, DictionaryObject | ArrayObject)]
            elif isinstance(found, ArrayObject):
                waiting += [value for value in found if isinstance(value, DictionaryObject | ArrayObject)]


RUNS = {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/RichMediaExecute", "/Rendition", "/GoToE"}
FORBIDDEN_KEYS = {"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/AA", "/XFA", "/RichMediaContent"}


def _is_danger(found: DictionaryObject) -> bool:
    if FORBIDDEN_KEYS & found.keys() or found.get("/S") in RUNS or found.get("/Type") == "/EmbeddedFile":
        return True
    opening = found.get("/OpenAction")
    return opening is not None and not _only_shows_a_page(opening)


def _only_shows_a_page(opening) -> bool:
    """Word and LaTeX write an opening action that names the page to show first; anything else is refused."""
    opening = opening.get_object() if isinstance(opening, IndirectObject) else opening
    return isinstance(opening, ArrayObject) or (isinstance(opening, DictionaryObject) and opening.get("/S") == "/GoTo")


# --- Names --------------------------------------------------------------------------------------
def display_name(raw: str, *, extension: str) -> str:
    """The name to show and to download under: NFC, no path, no control or direction characters, the true ending."""
    name = clean_text(re.split(r"[/\\]", raw.replace("\x00", ""))[-1])
    stem = re.sub(r'[<>:"|?*;%]+', "_", name.rpartition(".")[0] or name).strip(" ._")
    if WINDOWS_DEVICES.fullmatch(stem):
        stem = f"_{stem}"
    stem = stem.encode()[:LONGEST_NAME].decode(errors="ignore").strip()
    return f"{stem or _('file')}.{extension}"


def _refused(code: str, message: str) -> Refused:
    return Refused.because(code, message, "upload")
