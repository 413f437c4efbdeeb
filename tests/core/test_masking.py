"""The audit log names nobody: it can never be changed, so what gets in stays for ever."""

import pytest
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry

from programs.core import audit
from programs.core.masking import values_without_persons, without_persons
from tests.people import make_pupil, make_user


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Gọi cho Nguyễn Văn An theo số 0912 345 678", "Gọi cho […] theo số […]"),
        ("TRẦN THỊ HẠNH nghỉ dạy", "[…] nghỉ dạy"),
        ("thư về hanh.tran@truong.example.vn", "thư về […]"),
        ("CCCD 079123456789, điện thoại +84912345678", "CCCD […], điện thoại […]"),
        ("Hồ Văn Bé chuyển về Hồ Chí Minh", "[…] chuyển về Hồ Chí Minh"),
    ],
)
def test_what_names_a_person_is_taken_out(text, left):
    assert without_persons(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "Trường THCS Nguyễn Văn Trỗi báo bận", "BD-7K3Q9, ngày 05/02/2026, năm học 2026-2027", "GCN-2026-000001",
        "Hồ sơ thiếu chữ ký", "phường Lê Hồng Phong", "2026-02-06 16:55:00", "a" * 64, "40 học sinh, 2 xe",
    ],
)  # fmt: skip
def test_the_rest_stays_readable(text):
    assert without_persons(text) == text


def test_nested_values_are_masked_and_other_values_stay():
    assert values_without_persons({"a": ["Lê Thị Hoa", 3], "b": {"c": None, "d": True}}) == {
        "a": ["[…]", 3],
        "b": {"c": None, "d": True},
    }


def test_a_reason_with_a_name_is_written_without_it(db):
    minh = make_pupil("Nguyễn Nhật Minh")
    audit.record(
        by=None, action="person.create", obj=minh, after={"note": "0912345678"}, reason="Mẹ em Nguyễn Nhật Minh báo"
    )
    entry = audit.history_of(minh).get()
    assert entry.data == {"before": {}, "after": {"note": "[…]"}, "reason": "Mẹ em […] báo"}
    assert entry.label == "programs.Pupil"


def test_wagtails_own_rows_do_not_carry_the_name_of_a_person(db):
    hanh = make_user("Trần Thị Hạnh")
    log(instance=hanh, action="wagtail.edit")
    assert ModelLogEntry.objects.get().label == f"accounts.User {hanh.pk}"
