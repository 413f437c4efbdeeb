"""Whether a word is built like a Vietnamese syllable: the evidence by which the writing of a text is known."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_ONSETS = (*re.findall(r"\S+", "ngh ng nh ch gh gi kh ph qu q th tr b c d đ g h k l m n p r s t v x"), "")
_RIMES = set(
    re.findall(
        r"\S+",
        """
        a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
        e ec em en eng eo ep et ê êch êm ên êng ênh êp êt êu
        i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu y yêm yên yêng yêt yêu
        o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong ooc
        oong op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
        u ua uach uai uan uang uanh uat uau uay uăn uăng uăt uân uâng uât uây uc ue uen uê uêch uênh ui um un ung
        uôc uôi uôm uôn uông uôt uơ up ut uy uya uych uyên uyêt uyêu uyn uynh uyt uyu
        ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu
        """,
    )
)
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_STOPPED = ("c", "ch", "p", "t")  # such syllables carry the acute or the dot below only


@lru_cache(maxsize=8192)
def is_syllable(word: str) -> bool:
    """``Nguyễn``, ``Đức``, ``THỊ``, ``an``; not ``NguyÔn``, ``Vaên`` or ``§øc``. Case has to be that of a word."""
    if not (word.islower() or word.isupper() or (word[:1].isupper() and word[1:].islower())):
        return False
    letters, tones = _without_tones(word.lower())
    if len(tones) > 1:
        return False
    return any(letters.startswith(onset) and _is_rime(letters[len(onset) :], tones) for onset in _ONSETS)


def _without_tones(word: str) -> tuple[str, str]:
    decomposed = unicodedata.normalize("NFD", word)
    tones = "".join(mark for mark in decomposed if mark in _TONES)
    return unicodedata.normalize("NFC", "".join(mark for mark in decomposed if mark not in _TONES)), tones


def _is_rime(rime: str, tones: str) -> bool:
    if rime not in _RIMES:
        return rime == "" and tones == ""  # ``gi`` carries its tone on an onset that we read as g + i
    return not (rime.endswith(_STOPPED) and tones not in ("\u0301", "\u0323"))
