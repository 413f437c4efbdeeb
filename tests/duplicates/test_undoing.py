"""A merger is undone within two weeks: what moved returns, what happened since stays and is named."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.core.audit import history_of
from programs.core.choices import Level
from programs.duplicates.actions.merging import merge_schools
from programs.duplicates.models import PupilPair, SchoolMerger
from programs.notices.models import Message
from programs.pupils.models import ClassGroup, Enrolment, Joining, Pupil
from programs.schools.choices import SchoolRole, SchoolState
from programs.schools.models import Membership, School
from tests.centres.make import book, local, make_session
from tests.duplicates.test_twins import BORN, OWN, fresh, pupil
from tests.people import (
    make_class,
    make_coordinator,
    make_officer,
    make_outsider,
    make_pupil,
    make_school,
    make_staff,
    make_teacher,
    make_ward_officer,
)

pytestmark = pytest.mark.django_db
REASON = "Nghị quyết bị thu hồi"


@pytest.fixture
def old() -> School:
    return make_school("Trường THCS Chu Văn An")


@pytest.fixture
def new() -> School:
    return make_school("Trường THCS Trần Phú")


@pytest.fixture
def huy(client):
    officer = make_officer()
    client.force_login(officer)
    return officer


def merge(old: School, new: School, huy, key: str = "m") -> SchoolMerger:
    merge_schools(source=fresh(old), target=fresh(new), reason="Sáp nhập", by=huy, key=key)
    return SchoolMerger.objects.first()


def url(merger: SchoolMerger) -> str:
    return reverse("school_merge_undo", args=[merger.pk])


def undo(client, merger: SchoolMerger):
    return client.post(url(merger), {"reason": REASON})


def test_everything_in_progress_returns(client, old, new, huy):
    hanh, phuc = make_teacher(school=old), make_coordinator(school=old)
    stays = make_coordinator("Lý Thanh Bình", school=new)
    make_class("8A1", school=new)
    class_group = make_class("8A1", school=old)
    minh = pupil("Nguyễn Nhật Minh", old, "001", source=OWN, class_group=None)
    Enrolment.objects.create(pupil=minh, class_group=class_group)
    pupil("Trần Quốc Khánh", new, "001", source=OWN)
    visit = book(make_session(), by=hanh, class_group=class_group, pupils=10)
    merger = merge(old, new, huy)
    assert fresh(visit).school == new
    page = client.get(url(merger))
    assert dict(page.context["undoing"].goes_back)[Booking._meta.verbose_name_plural] == 1
    assert undo(client, merger).status_code == 302

    assert (fresh(old).state, fresh(old).merged_into, fresh(old).ended_on) == (SchoolState.ACTIVE, None, None)
    for row in (minh, class_group, visit):
        assert fresh(row).school == old, row
    assert (fresh(minh).source, fresh(class_group).name) == (OWN, "8A1")
    assert Enrolment.objects.get(pupil=minh, ended_on=None).class_group == class_group
    current = Membership.objects.current()
    assert set(current.filter(school=old).values_list("user", "role")) == {
        (hanh.pk, SchoolRole.TEACHER), (phuc.pk, SchoolRole.COORDINATOR),
    }  # fmt: skip
    assert set(current.filter(school=new).values_list("user", "role")) == {(stays.pk, SchoolRole.COORDINATOR)}
    told = set(Message.objects.filter(kind="merger_undone").values_list("recipient", flat=True))
    assert told == {hanh.pk, phuc.pk, stays.pk}
    assert "school.merge_undo" in [entry.action for entry in history_of(old)]
    client.force_login(phuc)
    assert client.get(reverse("school_detail", args=[old.code])).status_code == 200
    assert client.get(reverse("pupil_detail", args=[minh.pk])).status_code == 200
    client.force_login(stays)
    assert client.get(reverse("pupil_detail", args=[minh.pk])).status_code == 404


def test_what_happened_since_stays_where_it_happened_and_is_named(client, old, new, huy):
    hanh = make_teacher(school=old)
    make_coordinator(school=new)
    class_group = make_class("8A1", school=old)
    sessions = [make_session(starts_at=local(days)) for days in (10, 12)]
    visit, past = (book(session, by=hanh, class_group=class_group, pupils=10) for session in sessions)
    merger = merge(old, new, huy)
    Booking.objects.filter(pk=past.pk).update(state=BookingState.CLOSED)
    ngan = make_teacher("Hồ Thị Ngân", school=new)
    since = book(make_session(), by=ngan, class_group=make_class("9A1", school=new), pupils=10)
    an = make_pupil("Lê Văn An", class_group=fresh(class_group))  # a list of the new school put him into the class
    named = dict(client.get(url(merger)).context["undoing"].since)
    assert named[Booking._meta.verbose_name_plural] == 2
    assert named[Pupil._meta.verbose_name_plural] == 1
    undo(client, merger)
    assert [fresh(each).school for each in (visit, past, since, an)] == [old, new, new, new]
    assert not Enrolment.objects.filter(pupil=an, ended_on=None).exists()  # nobody is in a class of the other school


def test_children_who_were_joined_are_two_records_again_and_pairs_are_asked_no_more(client, old, new, huy):
    class_group = make_class("8A1", school=old)
    minh = pupil("Nguyễn Nhật Minh", old, "7901", with_account=True)
    Enrolment.objects.create(pupil=minh, class_group=class_group)
    there = pupil("Nguyễn Nhật Minh", new, "7901")
    lan, lan_there = pupil("Đỗ Thị Lan", old, "7", source=OWN), pupil("Đỗ Thị Lan", new, "9", source=OWN)
    binh = pupil("Lê Thị Bình", old, "8", source=OWN)
    pupil("Lê Thị Bình", new, "10", source=OWN)
    account = minh.user
    merger = merge(old, new, huy)
    phuc = make_coordinator(school=new)
    client.force_login(phuc)
    decided = PupilPair.objects.get(first=lan)
    client.post(reverse("pupil_pair", args=[decided.pk]), {"answer": "second"})
    assert fresh(lan).merged_into == lan_there
    client.force_login(huy)
    page = client.get(url(merger)).context["undoing"]
    assert (page.parted, page.waiting) == (2, 1)
    undo(client, merger)
    assert [(fresh(each).school, fresh(each).merged_into, fresh(each).left_on) for each in (minh, lan, binh)] == [
        (old, None, None)
    ] * 3
    assert (fresh(minh).user, fresh(there).user) == (account, None)
    assert Enrolment.objects.get(pupil=minh, ended_on=None).class_group == class_group
    assert not Joining.objects.filter(parted_at=None).exists()
    assert not PupilPair.objects.filter(state="waiting", first=binh).exists()


def test_a_school_that_nobody_had_registered_is_free_again(client, old, huy):
    free = make_school("Trường TH - THCS Mới", levels=(Level.PRIMARY,), state=SchoolState.INVITED)
    make_coordinator(school=old)
    merger = merge(old, free, huy)
    undo(client, merger)
    assert (fresh(free).state, list(fresh(free).levels.values_list("level", flat=True))) == (
        SchoolState.INVITED, [Level.PRIMARY],
    )  # fmt: skip
    assert fresh(old).state == SchoolState.ACTIVE


def test_whose_role_ended_since_does_not_get_it_back(client, old, new, huy):
    hanh = make_teacher(school=old)
    deputy = make_staff("Hồ Thị Ngân", SchoolRole.DEPUTY, school=old)
    merger = merge(old, new, huy)
    Membership.objects.current().filter(user=hanh).update(ended_on=timezone.localdate())
    undo(client, merger)
    current = Membership.objects.current().filter(school=old)
    assert set(current.values_list("user", "role")) == {(deputy.pk, SchoolRole.DEPUTY)}


def test_when_it_can_be_undone_no_more(client, old, new, huy):
    third = make_school("Trường THCS Phú Lợi")
    first = merge(old, new, huy)
    second = merge(new, third, huy, key="m-2")
    assert undo(client, first).context["refusal"].code == "moved_on"
    assert undo(client, second).status_code == 302
    assert (fresh(new).state, fresh(old).merged_into) == (SchoolState.ACTIVE, new)
    School.objects.filter(pk=new.pk).update(state=SchoolState.SUSPENDED)
    assert undo(client, first).context["refusal"].code == "not_working"
    School.objects.filter(pk=new.pk).update(state=SchoolState.ACTIVE)
    SchoolMerger.objects.filter(pk=first.pk).update(merged_at=timezone.now() - timedelta(days=15))
    assert undo(client, first).context["refusal"].code == "too_late"
    SchoolMerger.objects.filter(pk=first.pk).update(merged_at=timezone.now() - timedelta(days=13))
    assert undo(client, first).status_code == 302
    assert undo(client, first).context["refusal"].code == "already_undone"


def test_the_desk_of_the_officer_counts_the_pairs_that_are_left(client, old, new, huy):
    for school in (old, new):
        pupil("Nguyễn Nhật Minh", school, f"{school.pk}", birth_date=BORN)
    merger = merge(old, new, huy)
    desk = client.get(reverse("desk")).content.decode()
    assert reverse("school_mergers") in desk
    rows = client.get(reverse("school_mergers")).context["rows"]
    assert [(row["merger"], row["waiting"]) for row in rows] == [(merger, 1)]


def test_only_an_officer_who_keeps_both_undoes(client, old, new, huy):
    merger = merge(old, new, huy)
    people = [make_outsider(), make_coordinator(school=new), make_ward_officer("Lê Văn Xa", ward=make_outsider_ward())]
    for person in people:
        client.force_login(person)
        assert undo(client, merger).status_code == 404
    assert fresh(old).state == SchoolState.MERGED
    client.force_login(make_ward_officer(ward=old.ward))
    assert undo(client, merger).status_code == 302


def make_outsider_ward():
    return School.objects.get(name="Trường THCS Trần Đại Nghĩa").ward


def test_merged_undone_and_merged_again(client, old, new, huy):
    class_group = make_class("8A1", school=old)
    make_class("8A1", school=new)
    pupil("Nguyễn Nhật Minh", old, "001", source=OWN)
    pupil("Trần Quốc Khánh", new, "001", source=OWN)
    undo(client, merge(old, new, huy))
    merge(old, new, huy, key="again")
    assert fresh(class_group).name == "8A1 (2)"
    assert Pupil.objects.filter(school=new).count() == 2
    assert ClassGroup.objects.filter(school=new).count() == 2
