"""One file looked at and cleaned, or the text of one; runs in the checking process only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from programs.core.refusals import Refused
from programs.uploads.choices import MOST_BYTES, FileKind
from programs.uploads.reading.cleaning import clean_image
from programs.uploads.reading.documents import clean_pdf, read_text
from programs.uploads.reading.kinds import kind_of
from programs.uploads.reading.refusing import Unfit
from programs.uploads.reading.slides import clean_slides
from programs.uploads.reading.video import clean_video


@dataclass
class Found:
    """What was found out; the clean copy is at ``path``, a small picture at ``preview``."""

    kind: str
    path: str
    content_type: str
    ending: str
    preview: str = ""
    pages: int | None = None
    seconds: int | None = None


def warm_up() -> None:
    """Load what the libraries load with their first picture: once, not in the child of every file."""
    first = BytesIO()
    Image.new("RGB", (8, 8)).save(first, "JPEG")
    clean_image(first.getvalue())


def look_at(path: Path, kinds: list[str]) -> dict:
    """The answer of the checking process: a ``Found``, or why the file is not taken."""
    return _answered(lambda: asdict(_look_at(path, kinds)))


def text_of(path: Path) -> dict:
    """The answer of the checking process: where the text of the PDF at ``path`` lies, and how many pages it has."""
    into = path.with_name("text")
    return _answered(lambda: {"pages": read_text(path, into), "path": str(into)})


def _answered(look: Callable[[], dict]) -> dict:
    try:
        return look()
    except Refused as refused:  # its words are those of the catalogue: nothing in this process translates
        return {"refused": refused.refusal.code, "words": str(refused.refusal.message)}
    except Unfit as unfit:
        return {"refused": str(unfit)}
    except MemoryError:
        return {"refused": "too_heavy"}
    except Exception as error:  # whatever a reader stumbles over: the file cannot be opened
        return {"refused": "damaged", "because": type(error).__name__}


def _look_at(path: Path, kinds: list[str]) -> Found:
    kind = kind_of(path)
    if kind not in kinds:
        raise Unfit("other_kind")
    if path.stat().st_size > MOST_BYTES[kind]:
        raise Unfit("too_big_for_kind")
    clean = path.with_name("clean")
    if kind == FileKind.PHOTOGRAPH:
        picture = clean_image(path.read_bytes())
        clean.write_bytes(picture.data)
        path.with_name("preview").write_bytes(picture.preview)
        return Found(kind, str(clean), picture.content_type, picture.extension, preview=str(path.with_name("preview")))
    if kind == FileKind.PDF:
        pages = clean_pdf(path, clean)
        return Found(kind, str(clean), "application/pdf", "pdf", pages=pages)
    if kind == FileKind.SLIDES:
        content_type, ending = clean_slides(path, clean)
        return Found(kind, str(clean), content_type, ending)
    seconds, content_type, ending = clean_video(path)
    return Found(kind, str(path), content_type, ending, seconds=seconds)
