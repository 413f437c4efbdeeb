"""A person's name, telephone and address in other people's texts, as people really write them."""

from __future__ import annotations

import re
import unicodedata

import pytest

from programs.core.mentions import Mentions

MINH = Mentions(names=["Nguyễn Nhật Minh"], addresses=["minh.8a1@ngoi-sao.edu.vn"], phones=["+84912345678"])

DIRTY = [
    "Nguyễn Nhật Minh", "NGUYỄN NHẬT MINH", "nguyễn nhật minh", "nguyen nhat minh", "Nguyen Nhat Minh",
    "Nguyễn nhat minh", "Nguyễn  Nhật\u00a0Minh", "Nguyen_Nhat_Minh", "NguyenNhatMinh", "nguyen-nhat-minh",
    unicodedata.normalize("NFD", "Nguyễn Nhật Minh"), "Nguyễn Nhật\nMinh",
    "0912345678", "0912 345 678", "0912.345.678", "+84 912 345 678", "84912345678", "0912/345-678", "0084 912345678",
    "912 345 678", "minh.8a1@ngoi-sao.edu.vn", "Minh.8A1@Ngoi-Sao.edu.vn",
]  # fmt: skip
SOMEBODY_ELSE = [
    "Nguyễn Nhất Minh", "Nguyễn Nhật Mình", "Nguyễn Nhật Minhh", "Nhật Minh",
    "10912345678", "0912345679", "0912 345 6789", "other.minh.8a1@ngoi-sao.edu.vn", "chứng minh",
]  # fmt: skip


@pytest.mark.parametrize("text", DIRTY)
def test_every_spelling_is_found_and_the_rest_of_the_text_stays(text):
    assert MINH.mask(f"Em {text}, dị ứng lạc.", "[…]") == "Em […], dị ứng lạc."


@pytest.mark.parametrize("text", SOMEBODY_ELSE)
def test_another_name_that_only_looks_alike_stays(text):
    assert MINH.mask(f"Em {text}, dị ứng lạc.", "[…]") == f"Em {text}, dị ứng lạc."


@pytest.mark.parametrize("text", DIRTY)
def test_the_database_is_asked_for_no_less(text):
    assert re.search(MINH.expression, f"Em {text}, dị ứng lạc.")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Ksor H'Bia", "ksor h'bia"), ("Ksor H'Bia", "Ksor H’Bia"), ("Ksor H'Bia", "KSOR H BIA"),
        ("Ksor H'Bia", "Ksor_HBia"), ("Ksor H'Bia", "Ksor H&#x27;Bia"), ("Y Moan Êban", "y moan eban"),
        ("Y Moan Êban", "Y Moan Êban"), ("H'Hen Niê", "H'hen Nie"), ("Giàng A Sử", "giang a su"),
        ("Đỗ Gia Minh", "Danh sách Đỗ Gia Minh.csv"), ("Đỗ Gia Minh", "em do gia minh"), ("Đỗ Gia Minh", "Ðỗ Gia Minh"),
        ("Lê Thị Hòa", "Lê Thị Hoà"), ("Minh", "Minh"), ("Minh", "MINH"), ("Nguyen Nhat Minh", "Nguyễn Nhật Minh"),
    ],
)  # fmt: skip
def test_names_of_minorities_and_old_spellings(name, text):
    someone = Mentions(names=[name], addresses=[], phones=[])
    assert "[…]" in someone.mask(text, "[…]") and re.search(someone.expression, text)


def test_a_name_of_one_word_is_no_word_of_the_language():
    someone = Mentions(names=["Minh"], addresses=[], phones=[])
    assert someone.mask("chứng minh thư của Minh", "[…]") == "chứng minh thư của […]"


def test_nobody_is_mentioned_nowhere():
    nobody = Mentions(names=[""], addresses=[], phones=[""])
    assert (nobody.expression, nobody.mask("Nguyễn", "[…]")) == ("", "Nguyễn")
