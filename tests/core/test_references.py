import re

import pytest

from programs.core.references import ALPHABET, TYPED_ALPHABET, in_groups, new_reference, read_code


def test_references_have_no_letters_that_look_alike():
    assert not set("01OIL") & set(ALPHABET)
    assert re.fullmatch(rf"BD-[{ALPHABET}]{{5}}", new_reference("BD"))


def test_references_do_not_repeat():
    assert len({new_reference("BD") for _ in range(500)}) == 500


def test_codes_that_are_typed_have_no_letter_that_a_vietnamese_keyboard_changes():
    assert set(TYPED_ALPHABET) < set(ALPHABET)
    assert not set("AEIOUYDW") & set(TYPED_ALPHABET)


@pytest.mark.parametrize("typed", ["7K3Q9-BX2MT", " 7k3q9bx2mt ", "７Ｋ３Ｑ９－ＢＸ２ＭＴ", "7K3 Q9\u200bB–X2.MT"])
def test_a_code_is_read_however_it_is_typed(typed):
    assert read_code(typed) == "7K3Q9BX2MT"
    assert in_groups("7K3Q9BX2MT", 5) == "7K3Q9-BX2MT"
