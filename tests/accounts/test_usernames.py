"""A username is read aloud in class and typed on any keyboard."""

from __future__ import annotations

import re
import unicodedata

import pytest
from django.urls import reverse

from programs.accounts.models import User
from programs.accounts.reading import suggested_username
from tests.people import PASSWORD, make_user


@pytest.mark.parametrize(
    ("full_name", "given_name", "begins"),
    [
        ("Nguyễn Nhật Minh", "", "minh"),
        ("Đặng Thị Ánh Đào", "", "dao"),
        ("H'Hen Niê", "H'Hen", "hhen"),
        ("王", "", "wang"),
    ],
)
def test_a_name_says_who_it_is_and_nothing_else(full_name, given_name, begins):
    name = suggested_username(full_name, given_name)
    assert re.fullmatch(rf"{begins}\.[2-9][a-z][2-9][a-z][2-9]", name)


def test_the_tail_has_no_letter_that_a_vietnamese_keyboard_changes():
    tails = "".join(suggested_username("Minh").split(".")[1] for _ in range(300))
    assert not set("aeiouydw01l") & set(tails)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "typed",
    ["minh.7k3q4", "MINH.7K3Q4", " Minh.7k3q4 ", "ｍｉｎｈ．７ｋ３ｑ４", "mình.7k3q4", "minh. 7k3q4",
     unicodedata.normalize("NFD", "Mính.7k3q4"), "\u200bminh.7k3q4"],
)  # fmt: skip
def test_the_same_account_is_found_however_its_name_is_typed(client, typed):
    make_user("Nguyễn Nhật Minh", username="minh.7k3q4", email=None)
    client.post(reverse("account_login"), {"login": typed, "password": PASSWORD})
    assert "_auth_user_id" in client.session


@pytest.mark.django_db
def test_a_name_with_accents_is_kept_as_it_will_be_looked_for():
    assert User.objects.create_user("Ánh Đào", PASSWORD, full_name="Ánh Đào").username == "anhdao"
