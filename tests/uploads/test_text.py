"""The text of a PDF as the checking process reads it, in a child of its own with little memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from programs.uploads.reading import documents
from programs.uploads.reading.engine import Checker
from tests.entries.papers import report, scanned, written
from tests.projects.make import pdf


@pytest.fixture
def checker():
    running = Checker()
    yield running
    running.close()


def text_in(checker: Checker, folder: Path, data: bytes) -> tuple[str, int]:
    path = folder / "file"
    path.write_bytes(data)
    found = checker.text_of(path)
    return Path(found["path"]).read_text(encoding="utf-8"), found["pages"]


def test_vietnamese_is_read_letter_by_letter(checker, tmp_path):
    text, pages = text_in(checker, tmp_path, report("Nước giếng ở nhà em đục sau mưa. " + written(1, words=900)))
    assert pages == 2
    assert " ".join(text.split()).startswith("Nước giếng ở nhà em đục sau mưa. " + written(1)[:200])


def test_pictures_of_pages_and_blank_pages_hold_little_or_nothing(checker, tmp_path):
    text, pages = text_in(checker, tmp_path, scanned(pages=2))
    assert (text.split(), pages) == (["Quét", "bằng", "CamScanner"] * 2, 2)
    assert text_in(checker, tmp_path, pdf(pages=3)) == ("\n" * 3, 3)


def test_what_is_no_pdf_or_too_heavy_is_an_answer_and_no_error(checker, tmp_path):
    (tmp_path / "file").write_bytes(b"%PDF-1.7 and then nothing")
    assert checker.text_of(tmp_path / "file")["refused"] == "damaged"
    assert checker.text_of(tmp_path / "nowhere" / "file") == {"refused": "too_heavy"}


def test_no_more_is_read_than_is_compared(tmp_path, monkeypatch):
    monkeypatch.setattr(documents, "MOST_LETTERS", 100)
    (tmp_path / "file").write_bytes(report(written(1)))
    documents.read_text(tmp_path / "file", tmp_path / "text")
    assert len((tmp_path / "text").read_text(encoding="utf-8").strip()) <= 100
