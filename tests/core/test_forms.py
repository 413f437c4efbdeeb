from datetime import date

import pytest
from django import forms

from programs.core.forms import CleanCharField, CleanFormMixin, DateField, NameField, WholeNumberField


class Card(CleanFormMixin, forms.Form):
    title = forms.CharField(max_length=20)
    note = forms.CharField(widget=forms.Textarea, required=False)
    name = NameField()


def test_text_is_cleaned_before_its_length_is_judged():
    form = Card(
        {
            "title": "  Cầu\u200b   giấy\u00a0 ",
            "note": "một \r\n\r\nhai\x00",
            "name": "\u00d0o\u0302\u0303 \u00d0u\u031b\u0301c",
        }
    )
    assert form.is_valid(), form.errors
    assert form.cleaned_data["title"] == "Cầu giấy"
    assert form.cleaned_data["note"] == "một\n\nhai"
    assert form.cleaned_data["name"].startswith("Đỗ Đ")


def test_a_text_of_invisible_characters_is_empty():
    form = Card({"title": "\u200b\u202e \u00a0", "name": "An"})
    assert "title" in form.errors


def test_two_forms_do_not_share_their_cleaning():
    first, second = Card({"title": "a b", "name": "x"}), Card({"title": "c  d", "name": "y"})
    assert first.is_valid() and second.is_valid()
    assert (first.cleaned_data["title"], second.cleaned_data["title"]) == ("a b", "c d")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("05/09/2025", date(2025, 9, 5)),
        ("31/12/2025", date(2025, 12, 31)),
        ("5.9.2025", date(2025, 9, 5)),
        ("2025-09-05", date(2025, 9, 5)),
        ("０５/０９/２０２５", date(2025, 9, 5)),
    ],
)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_dates_are_day_first_in_both_languages(typed, meant, language):
    from django.utils import translation

    with translation.override(language):
        assert DateField().clean(typed) == meant


@pytest.mark.parametrize("typed", ["12/31/2025", "29/02/2025", "hôm nay", "1/1"])
def test_dates_that_are_none(typed):
    with pytest.raises(forms.ValidationError):
        DateField().clean(typed)


def test_a_date_is_shown_again_as_it_is_read():
    class Day(forms.Form):
        day = DateField()

    assert 'value="05/09/2025"' in str(Day(initial={"day": date(2025, 9, 5)})["day"])


@pytest.mark.parametrize(
    "typed",
    [
        "1e9",
        "40.0",
        "40,0",
        "",
        "40 em",
        "0x10",
        "1_000",
        "٤٠",
        "1,500",
        "50.00",
        "1.5000",
        "1 000.000",
        ".500",
        "4 0",
        "50.000,0",
        "²",
    ],
)
def test_whole_numbers_are_never_guessed(typed):
    with pytest.raises(forms.ValidationError):
        WholeNumberField(min_value=1).clean(typed)


@pytest.mark.parametrize("typed", ["0", "-1", "41", "999999999999"])
def test_whole_numbers_keep_their_bounds(typed):
    with pytest.raises(forms.ValidationError):
        WholeNumberField(min_value=1, max_value=40).clean(typed)


def test_whole_numbers_that_are_some():
    field = WholeNumberField()
    assert field.clean(" 40 ") == field.clean("４０") == field.clean("040") == 40
    assert field.clean("50.000") == field.clean("50 000") == field.clean("50\u00a0000\u200b") == 50_000
    assert field.clean("５０．０００") == 50_000
    assert field.clean("1.250.000") == 1_250_000
    assert field.clean("−7") == field.clean("-7") == -7
    assert field.clean(40) == 40


def test_an_empty_number_that_need_not_be_there_is_none():
    assert WholeNumberField(required=False).clean("  ") is None
    assert WholeNumberField(required=False).clean("0") == 0


def test_no_number_meets_the_browser_s_own_number_field():
    """It sends 50.000 as fifty in one country and as nothing in another."""
    assert 'type="text"' in WholeNumberField().widget.render("price", 50)
    assert 'inputmode="numeric"' in WholeNumberField().widget.render("price", 50)
    assert CleanCharField().clean(" a  b ") == "a b"
