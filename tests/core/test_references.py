import re

import pytest
from django.db import IntegrityError, connection

from programs.bookings.models import Booking
from programs.cards import actions as cards
from programs.centres.models import Season
from programs.core import references
from programs.core.forms import CodeField
from programs.core.references import (
    ALPHABET,
    TYPED_ALPHABET,
    in_groups,
    random_code,
    read_code,
    readings,
    under_reference,
)
from programs.notices.models import Message
from tests.centres.make import book, make_session, seats_add_up
from tests.core.collisions import each_code_twice
from tests.people import make_class, make_coordinator, make_school, make_teacher, make_year
from tests.test_fields import forms_of_the_house


def test_references_have_no_letters_that_look_alike():
    assert not set("01OIL") & set(ALPHABET)
    assert re.fullmatch(rf"[{ALPHABET}]{{5}}", random_code(5))


def test_references_do_not_repeat():
    assert len({random_code(5) for _ in range(500)}) == 500


# --- A reference that another row has already -----------------------------------------------------
@pytest.mark.django_db
def test_a_booking_whose_reference_is_taken_gets_another_one_and_its_places_once(monkeypatch):
    monkeypatch.setattr(references, "random_code", each_code_twice())
    session, booked = make_session(capacity=40), []
    for number in range(3):
        school = make_school(f"Trường THCS Số {number}")
        teacher = make_teacher(f"Lê Văn Tư {number}", school=school)
        booked.append(book(session, make_class("8A", school=school), teacher, pupils=8, adults=1))
    assert [booking.reference for booking in booked] == ["BD-AAAAA", "BD-BBBBB", "BD-CCCCC"]
    assert seats_add_up(session)
    assert Booking.objects.count() == 3
    assert Message.objects.filter(kind="booking_held").count() == 3


@pytest.mark.django_db
def test_a_class_code_that_another_class_has_is_made_again(monkeypatch):
    monkeypatch.setattr(cards, "random_code", each_code_twice())
    phuc = make_coordinator()
    codes = [
        cards.set_class_code(class_group=make_class(name), on=True, by=phuc, key=name).join_code
        for name in ("8A", "8B")
    ]
    assert codes == ["AAAAA", "BBBBB"]


@pytest.mark.django_db
def test_whoever_finds_no_free_reference_gives_up(monkeypatch):
    monkeypatch.setattr(references, "random_code", lambda length: "AAAAA")
    tried, year = [], make_year()

    def act(code: str) -> Season:
        tried.append(code)
        return Season.objects.create(
            code=code, school_year=year, opens_at="2026-09-01T00:00Z", closes_at="2026-09-02T00:00Z"
        )

    under_reference(Season, "MV", act, column="code")
    with pytest.raises(IntegrityError):
        under_reference(Season, "MV", act, column="code")
    assert tried == ["MV-AAAAA"] * (1 + references.TRIES)
    assert Season.objects.count() == 1  # and the transaction goes on
    assert not connection.needs_rollback


@pytest.mark.django_db
def test_another_constraint_is_not_tried_again():
    tried = []

    def act(reference: str) -> None:
        tried.append(reference)
        raise IntegrityError("one booking for each key")

    with pytest.raises(IntegrityError):
        under_reference(Booking, "BD", act)
    assert len(tried) == 1


def test_codes_that_are_typed_have_no_letter_that_a_vietnamese_keyboard_changes():
    assert set(TYPED_ALPHABET) < set(ALPHABET)
    assert not set("AEIOUYDW") & set(TYPED_ALPHABET)


AS_TYPED = [
    "7K3Q9-BX2MT", " 7k3q9bx2mt ", "７Ｋ３Ｑ９－ＢＸ２ＭＴ", "7K3 Q9\u200bB–X2.MT", "7K3Q9\u2011BX2MT", "7K3Q9—BX2MT", "7K3Q9−BX2MT",
    "(7K3Q9-BX2MT)", "7K3Q9-BX2MT).", "“7K3Q9-BX2MT”,", "7K3Q9/BX2MT", "7Ḱ3Q9-BX2ṂT",
]  # fmt: skip


@pytest.mark.parametrize("typed", AS_TYPED)
def test_a_code_is_read_however_it_is_typed(typed):
    assert read_code(typed) == "7K3Q9BX2MT"
    assert in_groups("7K3Q9BX2MT", 5) == "7K3Q9-BX2MT"


# --- Fields for codes -----------------------------------------------------------------------------
PASTED = [
    "https://stem.example.vn/verify/{code}/", "http://127.0.0.1:8000/en/verify/{code}/?from=mail", "stem.example.vn/g/{code}",
    "Mã của con: https://stem.example.vn/vi/x/#{code}).", "/verify/{code}/", "https://stem.example.vn/pass/{lower}/,",
    "https%3A//stem.example.vn/verify/{code}%2F",
]  # fmt: skip


def fields_for_codes() -> dict[str, CodeField]:
    return {
        f"{form.__name__}.{name}": field
        for form in forms_of_the_house()
        for name, field in form.base_fields.items()
        if isinstance(field, CodeField)
    }


def test_every_field_for_a_code_takes_the_whole_address_and_whatever_else_people_paste():
    fields, code = fields_for_codes(), "ABCDEFGHJKLMNPQRSTUVWXYZ2345"
    assert {
        "VerifyForm.code",
        "ActivationCodeForm.code",
        "JoinClassForm.code",
        "GuardianCodeForm.code",
    } <= fields.keys()
    for name, field in fields.items():
        for pasted in PASTED:
            assert field.clean(pasted.format(code=code, lower=code.lower())) == code, (name, pasted)
        for typed in AS_TYPED:
            assert field.clean(typed) == "7K3Q9BX2MT", (name, typed)


# --- Letters that look alike ------------------------------------------------------------------------
BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


@pytest.mark.parametrize(("typed", "meant"), [("0K", "OK"), ("8A", "BA"), ("1A", "IA"), ("1a", "LA"), ("l1", "LI")])
def test_a_figure_that_the_alphabet_leaves_out_is_read_as_its_letters(typed, meant):
    assert meant in readings(typed, BASE32)


def test_letters_of_the_alphabet_are_never_read_as_others():
    assert readings("BOIL2", BASE32) == ["BOIL2"]
    assert readings("8B", ALPHABET) == ["8B"], "it has both: they are two codes"
    assert readings("9", BASE32) == ["9"], "looks like none: wrong, and stays wrong"


def test_many_doubtful_letters_do_not_make_many_questions():
    assert len(readings("1" * 28, BASE32)) <= 64
