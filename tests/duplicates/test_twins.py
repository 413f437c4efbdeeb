"""Two schools have pupils alike: who is one child is joined or decided by a person, never by a school's own number."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from programs.accounts.models import User
from programs.consents.choices import ConsentGiver, ConsentPurpose, ConsentState
from programs.consents.models import Consent
from programs.core.audit import history_of
from programs.duplicates.actions.merging import merge_schools
from programs.duplicates.choices import Ground, PairState
from programs.duplicates.models import PupilPair
from programs.projects.models import Project
from programs.pupils.models import Joining, Pupil
from programs.schools.models import School
from tests.people import (
    give_consent,
    make_class,
    make_coordinator,
    make_officer,
    make_outsider,
    make_pupil,
    make_school,
    make_teacher,
)
from tests.projects.make import make_project

pytestmark = pytest.mark.django_db
BORN = date(2013, 4, 5)
OWN, SHARED = "Danh sách của trường", "CSDL ngành"


@pytest.fixture
def old() -> School:
    return make_school("Trường THCS Chu Văn An")


@pytest.fixture
def new() -> School:
    return make_school("Trường THCS Trần Phú")


def pupil(name: str, school: School, number: str, *, source: str = SHARED, birth_date=BORN, **fields) -> Pupil:
    made = make_pupil(name, school=school, external_id=number, birth_date=birth_date, **fields)
    Pupil.objects.filter(pk=made.pk).update(source=source)
    return Pupil.objects.get(pk=made.pk)


def merge(old: School, new: School) -> None:
    merge_schools(source=old, target=new, reason="Sáp nhập", by=make_officer(), key="m")


def preview(client, old: School, new: School):
    client.force_login(make_officer("Tô Thanh Nga"))
    return client.get(f"{reverse('school_merge', args=[old.code])}?into={new.code}")


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def test_one_number_in_two_schools_own_lists_is_two_children(client, old, new):
    """Đào keeps her account, her name, and what her mother refused; Khánh nothing of hers."""
    dao = pupil("Nguyễn Thị Ánh Đào", old, "001", source=OWN, class_group=None, with_account=True)
    khanh = pupil("Trần Quốc Khánh", new, "001", source=OWN, left_on=timezone.localdate() - timedelta(days=9))
    no = Consent.objects.create(
        pupil=dao, purpose=ConsentPurpose.PHOTO, giver=ConsentGiver.GUARDIAN, state=ConsentState.REFUSED
    )
    assert preview(client, old, new).context["plan"].twins == []
    merge(old, new)
    dao, left = fresh(dao), fresh(khanh)
    assert (dao.school, dao.merged_into, dao.left_on, dao.user.full_name) == (new, None, None, dao.full_name)
    assert (left.left_on, left.user, left.full_name) == (khanh.left_on, None, khanh.full_name)
    assert fresh(no).pupil == dao
    assert (dao.external_id, dao.source) == ("001", f"{OWN} · {old.code}")  # her number is that of her old school
    client.force_login(dao.user)
    assert "Đào" in client.get(reverse("desk")).content.decode()


def test_a_child_whom_a_shared_register_names_in_both_schools_is_joined_with_everything(client, old, new):
    class_group = make_class("8A1", school=old)
    comes = pupil("Nguyễn Nhật Minh", old, "7901", class_group=class_group, with_account=True)
    there = pupil("NGUYỄN NHẬT MINH", new, "7901", left_on=timezone.localdate() - timedelta(days=9))
    project = make_project(minh=comes)
    give_consent(there, purpose=ConsentPurpose.SHOWCASE)
    refused = Consent.objects.create(
        pupil=comes, purpose=ConsentPurpose.SHOWCASE, giver=ConsentGiver.GUARDIAN, state=ConsentState.REFUSED,
        text_version=9,
    )  # fmt: skip
    page = preview(client, old, new)
    assert [twin.comes for twin in page.context["plan"].joined] == [comes]
    assert comes.full_name in page.content.decode()
    account = comes.user
    merge(old, new)
    comes, there = fresh(comes), fresh(there)
    assert (comes.merged_into, comes.user, there.user, there.left_on) == (there, None, account, None)
    assert there.enrolments.get(ended_on=None).class_group == class_group
    assert Project.objects.get(pk=project.pk).members.get().pupil == there
    assert fresh(refused).pupil == there
    guardian = Consent.objects.filter(pupil=there, giver=ConsentGiver.GUARDIAN)
    assert set(guardian.values_list("state", flat=True)) == {ConsentState.REFUSED, ConsentState.WITHDRAWN}


@pytest.mark.parametrize(
    ("name", "number", "birth_date", "ground"),
    [
        ("Nguyễn Nhật Minh", "7902", BORN, Ground.NAME_DAY),
        ("Nguyễn Nhật Minh", "7902", None, Ground.NAME),
        ("Nguyễn Nhật Minh", "7901", BORN + timedelta(days=1), Ground.NUMBER),
        ("Nguyễn Minh Nhật", "7901", BORN, Ground.NUMBER),
        ("Nguyễn Nhật Minh", "7901", None, Ground.NUMBER),
        ("Nguyễn Nhật Minh", "7902", BORN + timedelta(days=1), None),
        ("Lê Thị Bình", "7902", BORN, None),
    ],
)
def test_who_may_be_one_child_is_a_pair_by_name_for_a_person(client, old, new, name, number, birth_date, ground):
    comes, there = pupil("Nguyễn Nhật Minh", old, "7901"), pupil(name, new, number, birth_date=birth_date)
    page = preview(client, old, new)
    pairs = [(twin.comes, twin.there, twin.ground) for twin in page.context["plan"].doubtful]
    assert pairs == ([(comes, there, ground)] if ground else [])
    merge(old, new)
    assert list(PupilPair.objects.values_list("first", "second", "ground")) == (
        [(comes.pk, there.pk, ground)] if ground else []
    )
    assert [fresh(each).merged_into for each in (comes, there)] == [None, None]
    assert [fresh(each).left_on for each in (comes, there)] == [None, None]
    assert Pupil.objects.filter(school=new, left_on=None).count() == 2


def test_two_accounts_are_never_one_childs_without_a_person(old, new):
    for school in (old, new):
        pupil("Nguyễn Nhật Minh", school, "7901", with_account=True)
    merge(old, new)
    assert PupilPair.objects.get().ground == Ground.ACCOUNTS
    assert not Joining.objects.exists()


# --- The coordinator decides ----------------------------------------------------------------------
@pytest.fixture
def phuc(new):
    return make_coordinator(school=new)


@pytest.fixture
def pair(old, new, phuc) -> PupilPair:
    class_group = make_class("8A1", school=old)
    names = {"class_group": class_group, "guardian_name": "Hoàng Văn Long"}
    comes = pupil("Nguyễn Nhật Minh", old, "7901", source=OWN, with_account=True, **names)
    pupil("Nguyễn Nhật Minh", new, "7902", with_account=True)
    make_project(minh=comes)
    merge(old, new)
    return PupilPair.objects.select_related("first", "second").get()


def decide(client, pair: PupilPair, answer: str, **more):
    return client.post(reverse("pupil_pair", args=[pair.pk]), {"answer": answer, **more})


def test_the_desk_counts_what_is_left_and_the_page_shows_both_children(client, pair, phuc, new):
    client.force_login(phuc)
    pairs = reverse("pupil_pairs", args=[new.code])
    assert "Nhật Minh" in client.get(pairs).content.decode()
    for page in (reverse("desk"), reverse("school_detail", args=[new.code])):
        assert pairs in client.get(page).content.decode()
    page = client.get(reverse("pupil_pair", args=[pair.pk])).content.decode()
    for shown in ("7901", "7902", "05/04/2013", "H…"):
        assert shown in page, shown
    assert "Hoàng Văn Long" not in page


def test_one_child_everything_moves_and_the_account_is_chosen(client, pair, phuc):
    client.force_login(phuc)
    assert "account" in decide(client, pair, "second").context["form"].errors
    assert fresh(pair).state == PairState.WAITING
    chosen = pair.first.user_id
    assert decide(client, pair, "second", account=chosen).status_code == 302
    kept, dropped = fresh(pair.second), fresh(pair.first)
    assert (dropped.merged_into, kept.user_id, dropped.user_id) == (kept, chosen, None)
    assert not User.objects.get(pk=pair.second.user_id).is_active
    assert Project.objects.get().members.get().pupil == kept
    assert fresh(pair).state == PairState.SAME
    refused = decide(client, pair, "apart")  # settled: it is not decided twice
    assert refused.context["form"].non_field_errors()
    assert fresh(pair).state == PairState.SAME


def test_the_other_record_may_be_the_one_that_stays(client, pair, phuc):
    client.force_login(phuc)
    decide(client, pair, "first", account=pair.first.user_id)
    assert fresh(pair.second).merged_into == pair.first


def test_two_children_and_a_change_of_mind(client, pair, phuc, new):
    client.force_login(phuc)
    decide(client, pair, "apart")
    assert fresh(pair).state == PairState.APART
    assert [fresh(each).merged_into for each in (pair.first, pair.second)] == [None, None]
    assert "pupil.tell_apart" in [entry.action for entry in history_of(pair.first)]
    reopen = reverse("pupil_pair_reopen", args=[pair.pk])
    assert reopen in client.get(reverse("pupil_pairs", args=[new.code])).content.decode()
    client.post(reopen)
    assert fresh(pair).state == PairState.WAITING


def test_parted_again_they_are_a_question_again(client, pair, phuc):
    client.force_login(phuc)
    decide(client, pair, "second", account=pair.second.user_id)
    client.post(reverse("pupil_part", args=[fresh(pair).joining_id]), {"reason": "Hai em khác nhau"})
    assert (fresh(pair).state, fresh(pair.first).merged_into) == (PairState.WAITING, None)
    assert [fresh(each).user_id for each in (pair.first, pair.second)] == [pair.first.user_id, pair.second.user_id]


def test_only_the_coordinator_of_the_school_decides(client, pair, new):
    people = {make_teacher("Hồ Thị Ngân", school=new): (403, 403), make_outsider(): (404, 404)}
    people[make_officer()] = (404, 403)  # sees the school, but no pupils
    for person, (act, look) in people.items():
        client.force_login(person)
        assert decide(client, pair, "apart").status_code == act
        assert client.get(reverse("pupil_pairs", args=[new.code])).status_code == look
    assert fresh(pair).state == PairState.WAITING


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_one_pair_and_three(client, django_assert_num_queries, old, new, phuc, rows):
    for number in range(rows):
        for school in (old, new):
            pupil(f"Nguyễn Văn {'ABC'[number]}", school, f"{school.pk}{number}")
    merge(old, new)
    client.force_login(phuc)
    client.get(reverse("pupil_pairs", args=[new.code]))
    with django_assert_num_queries(13):
        assert len(client.get(reverse("pupil_pairs", args=[new.code])).context["page_obj"]) == rows
