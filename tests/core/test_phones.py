import pytest
from django import forms

from programs.core.forms import PhoneField
from programs.core.phones import normalise_phone, show_phone
from programs.core.refusals import Refused


@pytest.mark.parametrize(
    "typed",
    [
        "0912345678",
        "+84 912 345 678",
        "84912345678",
        "912345678",
        "０９１２３４５６７８",
        "0912.345.678",
        "0084912345678",
    ],
)
def test_ways_to_write_one_mobile_number(typed):
    assert normalise_phone(typed) == "+84912345678"


@pytest.mark.parametrize(
    ("typed", "stored"), [("(0274) 3822 123", "+842743822123"), ("028 3829 1234", "+842838291234")]
)
def test_landlines(typed, stored):
    assert normalise_phone(typed) == stored


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("091234567", "10 chữ số"),
        ("01691234567", "2018"),
        ("9.12E+08", "Bảng tính"),
        ("9.12e08", "Bảng tính"),
        ("0912345678 0987654321", "10 chữ số"),
        ("0912345678; 0987654321", "một số điện thoại"),
        ("gọi cô Hạnh", "một số điện thoại"),
        ("+66 81 234 5678", "+84"),
        ("00912345678", "10 chữ số"),
    ],
)
def test_what_is_not_a_number_is_refused_and_explained(typed, word):
    with pytest.raises(Refused) as refused:
        normalise_phone(typed)
    assert word in str(refused.value.refusal.message)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [("+84912345678", "0912 345 678"), ("+842743822123", "0274 3822 123"), ("+842838291234", "028 3829 1234")],
)
def test_numbers_are_shown_in_groups(stored, shown):
    assert show_phone(stored) == shown


def test_the_field_shows_stored_numbers_as_people_write_them_and_reads_them_back():
    class Contact(forms.Form):
        phone = PhoneField()

    assert 'value="0912 345 678"' in str(Contact(initial={"phone": "+84912345678"})["phone"])
    form = Contact({"phone": "0912 345 678"})
    assert form.is_valid() and form.cleaned_data["phone"] == "+84912345678"
    refused = Contact({"phone": "12345"})
    assert not refused.is_valid() and "12345" in str(refused["phone"])
