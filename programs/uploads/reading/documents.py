"""A PDF whose pages are shown and that says nothing of who made it, where or when; and the text of its pages."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, StreamObject

from programs.uploads.reading.cleaning import clean_document
from programs.uploads.reading.jpeg import without_notes
from programs.uploads.reading.refusing import Unfit

NOTES = ("/Metadata", "/PieceInfo", "/LastModified", "/Info")
AUTHOR_OF_A_NOTE = ("/T", "/CreationDate", "/M", "/NM")
# A long report is 40 pages of 2,500 letters; what is beyond these is not read.
MOST_TEXT_PAGES, MOST_LETTERS = 200, 300_000


def clean_pdf(path: Path, into: Path) -> int:
    """Write the clean copy and return the number of pages. Raises ``Unfit`` and what ``clean_document`` raises."""
    data = path.read_bytes()
    clean_document(data)
    try:
        reader = PdfReader(BytesIO(data), strict=False)
        if reader.is_encrypted:
            reader.decrypt("")
        writer = PdfWriter(clone_from=reader)
        writer.metadata = None
        for found in writer._objects:  # every object, whether a page leads to it or not
            if isinstance(found, DictionaryObject):
                _forget_notes(found)
        pages = len(writer.pages)
        with into.open("wb") as target:
            writer.write(target)
    except Exception as error:  # what cannot be written anew cannot be cleaned
        raise Unfit("damaged") from error
    return pages


def read_text(path: Path, into: Path) -> int:
    """Write the text of the pages, as far as they hold any, and return their number. Raises ``Unfit``."""
    try:
        reader = PdfReader(path, strict=False)
        if reader.is_encrypted:
            reader.decrypt("")
        pages, left = len(reader.pages), MOST_LETTERS
        with into.open("w", encoding="utf-8", errors="replace") as target:
            for number in range(min(pages, MOST_TEXT_PAGES)):
                text = _text_of(reader, number)[:left]
                target.write(text + "\n")
                left -= len(text)
    except MemoryError:
        raise
    except Exception as error:
        raise Unfit("damaged") from error
    return pages


def _text_of(reader: PdfReader, number: int) -> str:
    """Nothing where a page has a typeface that cannot be read."""
    try:
        return reader.pages[number].extract_text()
    except MemoryError:
        raise
    except Exception:  # whatever the reader stumbles over: the other pages are read all the same
        return ""


def _forget_notes(found: DictionaryObject) -> None:
    names = (
        NOTES
        if found.get("/Subtype") not in ("/Text", "/FreeText", "/Popup", "/Highlight")
        else NOTES + AUTHOR_OF_A_NOTE
    )
    for name in names:
        found.pop(NameObject(name), None)
    if isinstance(found, StreamObject) and found.get("/Filter") in ("/DCTDecode", ["/DCTDecode"]):
        found._data = without_notes(found._data)  # LibreOffice puts photographs in as they came from the phone
