"""A merger is undone after the children's records went on: each family gets back what is theirs."""

from __future__ import annotations

import pytest

from programs.consents.models import Signature
from programs.duplicates.actions.undoing import undo_merge
from programs.pupils.actions.joining import merge_pupils
from tests.duplicates.test_twins import fresh, new, old, pupil
from tests.duplicates.test_undoing import merge
from tests.people import make_class, make_coordinator, make_officer, make_school

__all__ = ["new", "old"]
pytestmark = pytest.mark.django_db


def test_a_record_joined_on_to_a_third_gives_back_what_came_from_the_other_school(old, new):
    """Minh came with his account and his mother's no; at the new school his record was joined to a third one."""
    huy, binh = make_officer(), make_coordinator("Lý Thanh Bình", school=new)
    comes = pupil("Nguyễn Nhật Minh", old, "7901", with_account=True)
    account = comes.user
    no = Signature.objects.create(
        pupil=comes, purpose="photo", text_version=1, giver="guardian", said="refused", name="Phan Thị Nga",
        signed_at=comes.imported_at,
    )  # fmt: skip
    there, third = pupil("Nguyễn Nhật Minh", new, "7901"), pupil("Nguyễn Nhật Minh", new, "55")
    merger = merge(old, new, huy)
    merge_pupils(keep=third, drop=fresh(there), by=binh, key="on")
    undo_merge(merger=merger, reason="Nghị quyết bị thu hồi", by=huy)
    assert (fresh(comes).merged_into, fresh(comes).user, fresh(no).pupil) == (None, account, comes)
    assert (fresh(there).merged_into, fresh(there).user, fresh(third).user) == (third, None, None)


def test_a_class_that_came_with_an_earlier_merger_comes_along(old, new):
    """8A1 (2) came with the first school; 8A1 of the second must not get its name."""
    huy, third = make_officer(), make_school("Trường THCS Phú Lợi")
    came, there, last = (make_class("8A1", school=school) for school in (old, new, third))
    merge(old, new, huy)
    second = merge(new, third, huy, key="m-2")
    assert [fresh(group).name for group in (came, there, last)] == ["8A1 (2)", "8A1 (3)", "8A1"]
    undo_merge(merger=second, reason="Nghị quyết bị thu hồi", by=huy)
    assert [fresh(group).name for group in (came, there, last)] == ["8A1 (2)", "8A1", "8A1"]
