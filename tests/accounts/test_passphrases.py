"""Three Vietnamese words are a password that a child keeps in mind, however the keyboard writes them."""

from __future__ import annotations

import hashlib
import unicodedata

import pytest
from django.urls import reverse

from programs.accounts.reading import passphrase_letters, suggested_passphrase, word_list
from programs.core.text import fold
from tests.people import make_user

THREE = "hạt gạo, xe đạp, tiếng hát"


def test_the_list_is_frozen():
    """A password of three of its words is kept as their plain letters: another list would lock people out."""
    digest = hashlib.sha256("\n".join(word_list()).encode()).hexdigest()
    assert digest == "850c43ab86afb5020ce79fb402cb825cbbfd30fa8718b985d3dea65a4a54d014"


def test_the_list_has_33_bits_and_no_two_words_are_typed_alike():
    words = word_list()
    assert len(words) == 2048
    assert len({fold(word).replace(" ", "") for word in words}) == 2048
    assert all(len(word.split()) == 2 and unicodedata.is_normalized("NFC", word) for word in words)


def test_no_word_has_two_accepted_spellings():
    """bác sĩ or bác sỹ, kỹ sư or kĩ sư: a child should not have to remember which."""
    two_ways = {"ly", "li", "ky", "ki", "my", "mi", "sy", "si", "ty", "ti", "hy", "hi", "quy", "qui"}
    assert not [word for word in word_list() if two_ways & set(fold(word).split())]


@pytest.mark.parametrize(
    "typed",
    [
        THREE, "hạt gạo xe đạp tiếng hát", "hat gao xe dap tieng hat", "HẠT GẠO – XE ĐẠP – TIẾNG HÁT", "hatgaoxedaptienghat",
        "  Hạt  gạo\u200b xe đạp   tiếng hát ", "“Hạt gạo”, ‘xe đạp’, (tiếng hát)!", "hạt gạo/xe đạp/tiếng hát.", "hạt\u2011gạo — xe\u2212đạp — tiếng•hát",
        "ｈạｔ ｇạｏ， ｘｅ đạｐ， ｔｉếｎｇ ｈáｔ", "Hạt Gạo\txe\u00a0ðạp\ntiếng hát", unicodedata.normalize("NFD", THREE), "hat-gao-xe-dap-tieng-hat",
    ],
)  # fmt: skip
def test_three_words_are_the_same_however_they_are_typed(typed):
    assert passphrase_letters(typed) == "hatgaoxedaptienghat"


@pytest.mark.parametrize(
    "typed",
    ["", "hạt gạo xe đạp", "hạt gạo xe đạp tiếng hát hạt gạo", "xe đạp hạt gạo tiếng hét", "sang-tao-2026",
     "hạt gạo xe đạp tiếng hát 1", "hạt gạo, xe đạp, tiếng hát!" * 9],
)  # fmt: skip
def test_other_passwords_stay_exactly_as_they_are_typed(typed):
    assert passphrase_letters(typed) is None


def test_what_the_portal_suggests_it_reads():
    suggestions = {suggested_passphrase() for _ in range(200)}
    assert len(suggestions) == 200
    assert all(passphrase_letters(words) for words in suggestions)


@pytest.mark.django_db
@pytest.mark.parametrize("typed", [THREE, "hat gao xe dap tieng hat", unicodedata.normalize("NFD", THREE.upper())])
def test_a_pupil_signs_in_with_three_words_with_and_without_accents(client, typed):
    make_user("Nguyễn Nhật Minh", username="minh.7k3q4", email=None, password=THREE)
    client.post(reverse("account_login"), {"login": "minh.7k3q4", "password": typed})
    assert "_auth_user_id" in client.session


@pytest.mark.django_db
def test_two_of_the_words_open_nothing(client):
    make_user("Nguyễn Nhật Minh", username="minh.7k3q4", email=None, password=THREE)
    client.post(reverse("account_login"), {"login": "minh.7k3q4", "password": "hạt gạo xe đạp"})
    assert "_auth_user_id" not in client.session
