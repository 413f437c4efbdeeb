"""Vietnamese text from before Unicode: TCVN3 (ABC, the .Vn fonts), VNI, Windows-1258, and UTF-8 that was misread.

All four look like Western letters once a program took their bytes for Windows-1252: ``NguyÔn V¨n §øc``,
``Nguyeãn Vaên Ñöùc``. Whether a column is written this way is decided by evidence: the reading in which more of its
words are Vietnamese syllables. Text that already reads well is never changed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Literal

from programs.spreadsheets.vietnamese_syllables import is_syllable

Encoding = Literal["tcvn3", "vni", "cp1258", "utf8"]

# --- Windows-1252: the five bytes that it lacks stay control characters, as Windows itself does it ----------------
_LETTER_OF = [bytes([byte]).decode("cp1252", errors="ignore") or chr(byte) for byte in range(256)]
_BYTE_OF = {letter: byte for byte, letter in enumerate(_LETTER_OF)}
_WESTERN = str.maketrans(dict(enumerate(_LETTER_OF)))


def western_text(content: bytes) -> str:
    """``content`` as Windows-1252."""
    return content.decode("latin-1").translate(_WESTERN)


def western_bytes(text: str) -> bytes | None:
    """The bytes that Windows-1252 took for ``text``; nothing if it has a letter that Windows-1252 lacks."""
    try:
        return bytes(_BYTE_OF[letter] for letter in text)
    except KeyError:
        return None


# --- TCVN3: one byte a letter; capitals with a tone exist in the capital fonts (.VnTimeH) only --------------------
_TCVN3_RUNS = {
    0xA1: "ĂÂÊÔƠƯĐăâêôơưđ",
    0xB5: "àảãáạ",
    0xBB: "ằẳẵắ",
    0xC6: "ặầẩẫấậè",
    0xCE: "ẻẽéẹềểễếệìỉ",
    0xDC: "ĩíịò",
    0xE1: "ỏõóọồổỗốộờởỡớợù",
    0xF1: "ủũúụừửữứựỳỷỹýỵ",
}
TCVN3 = {start + place: letter for start, letters in _TCVN3_RUNS.items() for place, letter in enumerate(letters)}
_TCVN3_WORD = re.compile("[A-Za-z" + re.escape("".join(map(chr, TCVN3))) + "]+")


def decode_tcvn3(text: str) -> str | None:
    if western_bytes(text) is None:
        return None
    return _TCVN3_WORD.sub(lambda word: _tcvn3_word(word.group()), text)


def _tcvn3_word(word: str) -> str:
    """One word; where it is written in capitals (``NGUYÔN``) its toned letters, which had none, become capitals too."""
    read = word.translate(TCVN3)
    cased = [letter for letter, code in zip(read, word, strict=True) if ord(code) < 0xA8]
    return read.upper() if len(cased) > 1 and all(letter.isupper() for letter in cased) else read


# --- VNI: a plain vowel, then a mark; some letters have no mark ----------------------------------------------------
_GRAVE, _ACUTE, _HOOK, _TILDE, _DOT, _ROOF, _BREVE = (chr(0x300 + mark) for mark in (0, 1, 9, 3, 0x23, 2, 6))
_VNI_MARKS = {
    "ø": _GRAVE, "ù": _ACUTE, "û": _HOOK, "õ": _TILDE, "ï": _DOT,
    "â": _ROOF, "à": _ROOF + _GRAVE, "á": _ROOF + _ACUTE, "å": _ROOF + _HOOK, "ã": _ROOF + _TILDE, "ä": _ROOF + _DOT,
    "ê": _BREVE, "è": _BREVE + _GRAVE, "é": _BREVE + _ACUTE, "ú": _BREVE + _HOOK, "ü": _BREVE + _TILDE,
    "ë": _BREVE + _DOT,
}  # fmt: skip
_VNI_ALONE = {"ö": "ư", "ô": "ơ", "ñ": "đ", "í": "í", "ì": "ì", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
VNI_MARKS = _VNI_MARKS | {mark.upper(): tones for mark, tones in _VNI_MARKS.items()}
VNI_ALONE = _VNI_ALONE | {letter.upper(): read.upper() for letter, read in _VNI_ALONE.items()}
_VNI_CARRIERS = set("aeouyAEOUYöôÖÔ")


def decode_vni(text: str) -> str | None:
    if western_bytes(text) is None:
        return None
    read: list[str] = []
    previous = ""
    for letter in text:
        if letter in VNI_MARKS and previous in _VNI_CARRIERS:
            read[-1] = unicodedata.normalize("NFC", read[-1] + VNI_MARKS[letter])
            previous = ""  # a letter carries one mark
        else:
            read.append(VNI_ALONE.get(letter, letter))
            previous = letter
    return "".join(read)


# --- Misread bytes ------------------------------------------------------------------------------------------------
def decode_cp1258(text: str) -> str | None:
    return _decode_bytes(text, "cp1258")


def decode_utf8(text: str) -> str | None:
    """``Nguyá»…n``: UTF-8 that a program took for Windows-1252."""
    return _decode_bytes(text, "utf-8")


def _decode_bytes(text: str, codec: str) -> str | None:
    content = western_bytes(text)
    if content is None:
        return None
    try:
        return unicodedata.normalize("NFC", content.decode(codec))
    except UnicodeDecodeError:
        return None


DECODERS: dict[Encoding, Callable[[str], str | None]] = {
    "utf8": decode_utf8,
    "tcvn3": decode_tcvn3,
    "vni": decode_vni,
    "cp1258": decode_cp1258,
}


def decode(text: str, encoding: Encoding) -> str:
    """Decode ``text`` as ``encoding``; unchanged where it reads better as it is: Unicode among the others."""
    if text.isascii():
        return text
    read = DECODERS[encoding](text)
    return text if read is None or syllables(text) > syllables(read) else read


# --- Evidence -----------------------------------------------------------------------------------------------------
ENOUGH_WORDS = 2_000  # more words of one column say nothing new
_SPACE = re.compile(r"[ \t\n,;.:/()\-]+")  # not the no-break space: in misread UTF-8 it is half a letter


class Evidence:
    """In which reading the words of a column, or of a file, are Vietnamese. Only words beyond ASCII count."""

    def __init__(self) -> None:
        self.words = 0
        self.unicode = 0
        self.read = dict.fromkeys(DECODERS, 0)
        self.fonts = dict.fromkeys(DECODERS, 0)

    def add(self, text: str, *, font: str = "") -> None:
        if text.isascii() or self.words >= ENOUGH_WORDS:
            return
        words = [word for word in _SPACE.split(text) if not word.isascii()]
        self.words += len(words)
        self.unicode += sum(is_syllable(unicodedata.normalize("NFC", word)) for word in words)
        for encoding, decoder in DECODERS.items():
            reads = [decoder(word) for word in words]
            self.read[encoding] += sum(read is not None and _is_good(read) for read in reads)
        if told := encoding_of_font(font):
            self.fonts[told] += len(words)

    def is_told_by_font(self, encoding: Encoding) -> bool:
        """Whether most words are in a font of ``encoding``; words in another font then use another encoding."""
        return self.fonts[encoding] * 2 > self.words

    def merge(self, other: Evidence) -> None:
        self.words += other.words
        self.unicode += other.unicode
        for encoding in DECODERS:
            self.read[encoding] += other.read[encoding]
            self.fonts[encoding] += other.fonts[encoding]

    def verdict(self, *, prior: Encoding | None = None) -> Encoding | None:
        """The legacy encoding, or nothing for Unicode.

        It has to read more words than Unicode does, and most of them unless ``prior``, which the rest of the file is
        written in, says the same. Where both read the same words (``Tó`` is Tú in TCVN3), the font of the cells
        decides, then ``prior``.
        """
        best = max(DECODERS, key=lambda encoding: (self.read[encoding], self.fonts[encoding], encoding == prior))
        if self.read[best] > self.unicode:
            return best if best == prior or self.read[best] * 2 > self.words else None
        is_backed = best == prior or self.is_told_by_font(best)
        return best if is_backed and 0 < self.read[best] == self.unicode else None


def syllables(text: str) -> int:
    """How many of the words beyond ASCII are Vietnamese syllables."""
    words = _SPACE.split(unicodedata.normalize("NFC", text))
    return sum(_is_good(word) for word in words if not word.isascii())


def _is_good(read: str) -> bool:
    return is_syllable(read) or is_syllable(read[:1].upper() + read[1:])


def encoding_of_font(name: str) -> Encoding | None:
    """The encoding that a font's name tells: ``.VnTimeH`` or ``VNI-Times``."""
    folded = name.strip().lower()
    if folded.startswith(".vn"):
        return "tcvn3"
    return "vni" if folded.startswith("vni") else None
