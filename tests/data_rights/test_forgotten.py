"""Who was forgotten stays forgotten: after a merger, under another number, and when they come back and ask again."""

from __future__ import annotations

import pytest

from programs.data_rights.actions import requests
from programs.data_rights.actions.erasure import erase
from programs.data_rights.choices import Requester
from programs.pupils.actions.joining import merge_pupils
from programs.rosters.queries import erased_among
from tests.duplicates.test_twins import SHARED, fresh, new, old, pupil
from tests.duplicates.test_undoing import merge
from tests.people import make_coordinator, make_officer

__all__ = ["new", "old"]
pytestmark = pytest.mark.django_db


def forget(child, by) -> None:
    request = requests.ask(
        kind="erase", pupil=child, person=None, requester=Requester.SCHOOL, requester_name="Phan Thị Nga",
        text="Gia đình xin xóa", by=by, key=f"xoa-{child.pk}",
    )  # fmt: skip
    requests.identify(request_id=request.pk, how="Căn cước", by=by)
    requests.answer(request_id=request.pk, words="Nhà trường sẽ xóa.", by=by)
    erase(request_id=request.pk, by=by)


def test_who_was_forgotten_does_not_come_back_in_silence_after_a_merger(old, new):
    phuc = make_coordinator(school=old)
    forget(pupil("Nguyễn Nhật Minh", old, "7901"), phuc)
    assert erased_among(["7901"], school_id=old.pk, source=SHARED) == {"7901"}
    merge(old, new, make_officer())
    assert erased_among(["7901"], school_id=new.pk, source=SHARED) == {"7901"}


def test_who_was_forgotten_does_not_come_back_under_the_number_of_a_joined_record(old):
    phuc = make_coordinator(school=old)
    keep, drop = pupil("Nguyễn Nhật Minh", old, "7901"), pupil("Nguyễn Nhật Minh", old, "7902")
    merge_pupils(keep=keep, drop=drop, by=phuc, key="j")
    forget(fresh(keep), phuc)
    assert erased_among(["7901", "7902"], school_id=old.pk, source=SHARED) == {"7901", "7902"}


def test_who_comes_back_can_be_forgotten_again(old):
    """The school took Minh in again under his number; a year later the family asks a second time."""
    phuc = make_coordinator(school=old)
    children = []
    for _time in range(3):
        children.append(pupil("Nguyễn Nhật Minh", old, "7901"))
        forget(children[-1], phuc)
    assert all(fresh(child).erased_at and "7901" not in fresh(child).external_id for child in children)
    assert erased_among(["7901"], school_id=old.pk, source=SHARED) == {"7901"}
