"""A merger is undone after the children's records went on: each family gets back what is theirs."""

from __future__ import annotations

import secrets
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from programs.consents.models import Signature
from programs.core.models import SchoolYear
from programs.duplicates.actions.undoing import undo_merge
from programs.pupils.actions.joining import merge_pupils
from programs.pupils.actions.promotion import promote_school
from programs.pupils.models import ClassGroup, Enrolment
from programs.pupils.queries import classes_to_move
from programs.pupils.rules import Move, Plan
from tests.duplicates.test_twins import fresh, new, old, pupil
from tests.duplicates.test_undoing import merge
from tests.people import make_class, make_coordinator, make_officer, make_school, make_year

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


@pytest.fixture
def years() -> tuple[SchoolYear, SchoolYear]:
    year = make_year()
    SchoolYear.objects.filter(pk=year.pk).update(ends_on=timezone.localdate() + timedelta(days=20))
    begins = timezone.localdate() + timedelta(days=80)
    coming = SchoolYear.objects.create(name="sau", starts_on=begins, ends_on=begins + timedelta(days=270))
    return SchoolYear.objects.get(pk=year.pk), coming


@pytest.mark.parametrize("prepared_before", [True, False])
def test_moving_up_that_was_prepared_for_both_schools_leads_nobody_astray(old, new, years, prepared_before):
    """Merged in spring, prepared for all, undone: the new classes belong to one of the two, whoever made them."""
    year, coming = years
    huy, phuc = make_officer(), make_coordinator(school=old)
    binh = make_coordinator("Lý Thanh Bình", school=new)
    mine = make_class("8A1", school=old, school_year=year, pupils=2)
    theirs = make_class("8A1", school=new, school_year=year, pupils=3)
    if prepared_before:
        move_up(old, year, phuc)
    merger = merge(old, new, huy)
    move_up(fresh(new), year, binh)
    undo_merge(merger=merger, reason="Nghị quyết bị thu hồi", by=huy)
    assert not ClassGroup.objects.exclude(moves_up_to=None).exclude(moves_up_to__school=F("school")).exists()
    for group, number in ((mine, 2), (theirs, 3)):
        assert Enrolment.objects.in_force().filter(class_group=group).count() == number, "nobody loses their class"
    assert not Enrolment.objects.not_over().exclude(class_group__school=F("pupil__school")).exists()
    move_up(fresh(old), year, phuc)
    ahead = Enrolment.objects.in_force(coming.starts_on).filter(pupil__school=old)
    assert list(ahead.values_list("class_group__school", "class_group__grade")) == [(old.pk, 9)] * 2


def move_up(school, year, by) -> None:
    moves = tuple(Move(group.pk, f"9{group.name[1:]}") for group in classes_to_move(school, year))
    promote_school(school=school, year=year, plan=Plan(moves), by=by, key=secrets.token_hex(6))
