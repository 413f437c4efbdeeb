"""Vietnamese from before Unicode is read back to the letter, and good Unicode is left alone."""

from __future__ import annotations

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.spreadsheets.legacy_vietnamese import (
    DECODERS,
    Evidence,
    decode,
    decode_tcvn3,
    decode_vni,
    encoding_of_font,
    western_bytes,
    western_text,
)
from programs.spreadsheets.vietnamese_syllables import is_syllable

NAME = "Nguyễn Văn Đức"
TONES = ["", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"]  # ngang, huyền, hỏi, ngã, sắc, nặng
LOWER = [unicodedata.normalize("NFC", vowel + tone) for vowel in "aăâeêioôơuưy" for tone in TONES] + ["đ"]
LETTERS = LOWER + [letter.upper() for letter in LOWER]

# TCVN 5712:1993 (VN3), as its printed table has it: the bytes from A1 on, with the letters in the order of the table.
TCVN3_TABLE = {
    "Ă": 0xA1, "Â": 0xA2, "Ê": 0xA3, "Ô": 0xA4, "Ơ": 0xA5, "Ư": 0xA6, "Đ": 0xA7,
    "ă": 0xA8, "â": 0xA9, "ê": 0xAA, "ô": 0xAB, "ơ": 0xAC, "ư": 0xAD, "đ": 0xAE,
    "à": 0xB5, "ả": 0xB6, "ã": 0xB7, "á": 0xB8, "ạ": 0xB9, "ằ": 0xBB, "ẳ": 0xBC, "ẵ": 0xBD, "ắ": 0xBE, "ặ": 0xC6,
    "ầ": 0xC7, "ẩ": 0xC8, "ẫ": 0xC9, "ấ": 0xCA, "ậ": 0xCB, "è": 0xCC, "ẻ": 0xCE, "ẽ": 0xCF, "é": 0xD0, "ẹ": 0xD1,
    "ề": 0xD2, "ể": 0xD3, "ễ": 0xD4, "ế": 0xD5, "ệ": 0xD6, "ì": 0xD7, "ỉ": 0xD8, "ĩ": 0xDC, "í": 0xDD, "ị": 0xDE,
    "ò": 0xDF, "ỏ": 0xE1, "õ": 0xE2, "ó": 0xE3, "ọ": 0xE4, "ồ": 0xE5, "ổ": 0xE6, "ỗ": 0xE7, "ố": 0xE8, "ộ": 0xE9,
    "ờ": 0xEA, "ở": 0xEB, "ỡ": 0xEC, "ớ": 0xED, "ợ": 0xEE, "ù": 0xEF, "ủ": 0xF1, "ũ": 0xF2, "ú": 0xF3, "ụ": 0xF4,
    "ừ": 0xF5, "ử": 0xF6, "ữ": 0xF7, "ứ": 0xF8, "ự": 0xF9, "ỳ": 0xFA, "ỷ": 0xFB, "ỹ": 0xFC, "ý": 0xFD, "ỵ": 0xFE,
}  # fmt: skip
# VNI-Win: each vowel with its tones in the order of ``TONES``, written as the letters of Windows-1252.
VNI_TABLE = {
    "a": "a aø aû aõ aù aï", "ă": "aê aè aú aü aé aë", "â": "aâ aà aå aã aá aä", "e": "e eø eû eõ eù eï",
    "ê": "eâ eà eå eã eá eä", "i": "i ì æ ó í ò", "o": "o oø oû oõ où oï", "ô": "oâ oà oå oã oá oä",
    "ơ": "ô ôø ôû ôõ ôù ôï", "u": "u uø uû uõ uù uï", "ư": "ö öø öû öõ öù öï", "y": "y yø yû yõ yù î",
}  # fmt: skip
VNI_OF = {
    unicodedata.normalize("NFC", vowel + tone): written
    for vowel, row in VNI_TABLE.items()
    for tone, written in zip(TONES, row.split(), strict=True)
} | {"đ": "ñ"}


def in_tcvn3(text: str) -> str:
    """As a typist of the nineties had it: letters with a tone have one shape only, the small one."""
    codes = {letter: chr(code) for letter, code in TCVN3_TABLE.items()}
    return "".join(codes.get(letter) or codes.get(letter.lower()) or letter for letter in text)


def in_vni(text: str) -> str:
    return "".join(
        VNI_OF.get(letter) or (VNI_OF[letter.lower()].upper() if letter.lower() in VNI_OF else letter)
        for letter in text
    )


def in_1258(text: str) -> str:
    """Windows-1258 bytes seen as Windows-1252. Its letters are those that it has, then a mark of the tone."""
    written = []
    for letter in text:
        pieces = unicodedata.normalize("NFD", letter)
        tone = next((mark for mark in pieces if mark in TONES[1:]), "")
        written.append(unicodedata.normalize("NFC", pieces.replace(tone, "") if tone else pieces) + tone)
    return western_text("".join(written).encode("cp1258"))


def in_misread_utf8(text: str) -> str:
    return western_text(text.encode())


WRITERS = {"tcvn3": in_tcvn3, "vni": in_vni, "cp1258": in_1258, "utf8": in_misread_utf8}
CLASS = [
    "Nguyễn Văn Đức", "Trần Thị Hạnh", "Lê Hoàng Minh", "Phạm Thị Ánh", "Võ Thành Đạt", "Bùi Thị Ngọc Yến",
    "Đặng Đình Thảo", "Hồ Thị Ý Nhi", "Đỗ Trường Giang", "Lưu Quỳnh Hương", "Huỳnh Bửu Lộc", "Phan Tú Uyên",
]  # fmt: skip


def verdict(*texts: str, font: str = "", prior=None):
    evidence = Evidence()
    for text in texts:
        evidence.add(text, font=font)
    return evidence.verdict(prior=prior)


def test_there_are_146_letters():
    # 12 vowels by 6 tones and đ, small and capital
    assert len(set(LETTERS)) == 146


def test_the_vectors_of_the_old_encodings():
    tcvn3 = western_text(bytes.fromhex("4e677579d46e2056a86e20a7f863"))
    vni = western_text(bytes.fromhex("4e67757965e36e205661ea6e20d1f6f963"))
    assert (tcvn3, vni) == ("NguyÔn V¨n §øc", "Nguyeãn Vaên Ñöùc")
    assert decode_tcvn3(tcvn3) == NAME
    assert decode_vni(vni) == NAME


@pytest.mark.parametrize("letter", sorted(TCVN3_TABLE))
def test_each_letter_of_tcvn3(letter):
    assert decode_tcvn3(western_text(bytes([TCVN3_TABLE[letter]]))) == letter


@pytest.mark.parametrize("encoding", ["vni", "cp1258", "utf8"])
@pytest.mark.parametrize("letter", LETTERS)
def test_each_letter_comes_back(encoding, letter):
    assert DECODERS[encoding](WRITERS[encoding](letter)) == letter


def test_vni_with_marks_of_the_other_case():
    assert decode_vni("AÙnh") == decode_vni("Aùnh") == "Ánh"


def test_capitals_of_tcvn3_that_have_no_capital_byte():
    assert decode_tcvn3("NGUYÔN V¡N §øC") == "NGUYỄN VĂN ĐỨC"
    assert decode_tcvn3("L­u §×nh ¸nh") == "Lưu Đình ánh"  # what the font shows; a reader of names knows more


def test_a_soft_hyphen_in_tcvn3_is_a_letter():
    assert decode_tcvn3("H\u00adng") == "Hưng"


@pytest.mark.parametrize("encoding", sorted(WRITERS))
def test_a_column_of_names_is_known_and_read(encoding):
    written = [WRITERS[encoding](name) for name in CLASS]
    assert verdict(*written) == encoding
    expected = [name.replace(" Á", " á").replace(" Ý", " ý") for name in CLASS] if encoding == "tcvn3" else CLASS
    assert [decode(name, encoding) for name in written] == expected


@pytest.mark.parametrize("encoding", ["vni", "cp1258", "utf8"])
def test_a_column_of_capitals_is_known_and_read(encoding):
    written = [WRITERS[encoding](name.upper()) for name in CLASS]
    assert verdict(*written) == encoding
    assert [decode(name, encoding) for name in written] == [name.upper() for name in CLASS]


@pytest.mark.parametrize("names", [CLASS, [name.upper() for name in CLASS], ["Tú", "Hà", "Lê", "Trà", "Hồ Tô"]])
def test_good_unicode_is_left_alone(names):
    assert verdict(*names) is None
    assert verdict(*(unicodedata.normalize("NFD", name) for name in names)) is None


def test_names_of_minorities_and_foreigners_are_left_alone():
    assert verdict("H'Hen Niê", "Y Moan Êban", "K'Brơi", "Zoë Müller", "François Señor") is None


def test_one_word_that_could_be_both_stays_unless_the_font_or_the_file_says_otherwise():
    # ``Tó`` is a syllable, and Tú in TCVN3
    assert verdict("Tó") is None
    assert verdict("Tó", font=".VnTime") == "tcvn3"
    assert verdict("Tó", prior="tcvn3") == "tcvn3"
    assert verdict("Tó", font="Times New Roman") is None


def test_a_font_alone_proves_nothing():
    # somebody chose .VnTime and typed Unicode
    assert verdict(*CLASS, font=".VnTime") is None


def test_unicode_amid_a_column_of_tcvn3_stays():
    assert decode("Phạm Thị Ánh", "tcvn3") == "Phạm Thị Ánh"
    assert decode("Trà Nguyên", "tcvn3") == "Trà Nguyên"  # and not Nguyờn


@pytest.mark.parametrize(
    ("font", "encoding"),
    [(".VnTime", "tcvn3"), (".VnArialH", "tcvn3"), ("VNI-Times", "vni"), ("Arial", None), ("", None)],
)
def test_fonts(font, encoding):
    assert encoding_of_font(font) == encoding


SYLLABLES = sorted({word for name in CLASS for word in name.split()}) + [
    "Xuân",
    "Quyên",
    "Thuỷ",
    "Hoà",
    "Khuê",
    "Ngoạn",
]


@given(st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=30))
def test_vietnamese_words_in_unicode_stay_unchanged(words):
    assert verdict(" ".join(words)) is None


@given(st.text(max_size=40), st.sampled_from(sorted(WRITERS)))
def test_decoding_never_fails(text, encoding):
    assert isinstance(decode(text, encoding), str)


@given(st.binary(max_size=60))
def test_western_text_loses_no_byte(content):
    assert western_bytes(western_text(content)) == content


@pytest.mark.parametrize("word", [word for name in CLASS for word in name.split()] + ["THỊ", "uyên", "Hoà", "Hòa"])
def test_syllables(word):
    assert is_syllable(word)


@pytest.mark.parametrize("word", ["NguyÔn", "Vaên", "§øc", "Zoë", "brơi", "Nguyễnn", "cã́", "tàc"])
def test_no_syllables(word):
    assert not is_syllable(word)


def test_evidence_adds_up():
    whole, parts = Evidence(), [Evidence(), Evidence()]
    for name, part in zip(CLASS, itertools.cycle(parts)):
        whole.add(in_vni(name))
        part.add(in_vni(name))
    parts[0].merge(parts[1])
    assert (parts[0].words, parts[0].read) == (whole.words, whole.read)
