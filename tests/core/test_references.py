import re

from programs.core.references import ALPHABET, new_reference


def test_references_have_no_letters_that_look_alike():
    assert not set("01OIL") & set(ALPHABET)
    assert re.fullmatch(rf"BD-[{ALPHABET}]{{5}}", new_reference("BD"))


def test_references_do_not_repeat():
    assert len({new_reference("BD") for _ in range(500)}) == 500
