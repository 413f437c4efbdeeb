"""One coordinator and one deputy: handed over, replaced by the authority, vacant again; and what a teacher loses."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from programs.accounts.models import User
from programs.claims.choices import ClaimState
from programs.claims.models import SchoolClaim
from programs.core.audit import history_of
from programs.notices.models import Message
from programs.pupils.models import ClassGroup
from programs.schools.choices import SchoolRole, SchoolState
from programs.schools.models import Invitation, Membership, School
from programs.schools.queries.schools import schools_visible_to
from tests.people import (
    PASSWORD,
    make_class,
    make_coordinator,
    make_officer,
    make_outsider,
    make_pupil,
    make_school,
    make_staff,
    make_teacher,
    make_ward_officer,
    make_year,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def phuc() -> User:
    return make_coordinator()


@pytest.fixture
def school(phuc) -> School:
    return make_school()


def current(school: School) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for user, role in Membership.objects.current().filter(school=school).values_list("user", "role"):
        found.setdefault(user, set()).add(role)
    return found


# --- Hand-over ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("stays", ["yes", "no"])
def test_the_coordinator_hands_over_once_and_both_are_told(client, phuc, school, stays, outbox_sent):
    hanh = make_teacher()
    client.force_login(phuc)
    url = reverse("coordinator_hand_over", args=[school.code])
    posted = {"to": hanh.pk, "stays": stays, "idempotency_key": "h-1"}
    assert client.post(url, posted).status_code == 302
    roles = current(school)
    assert roles[hanh.pk] == {"teacher", "coordinator"}
    assert roles.get(phuc.pk) == ({"teacher"} if stays == "yes" else None)
    assert set(Message.objects.filter(kind="coordinator_changed").values_list("recipient", flat=True)) == {
        phuc.pk, hanh.pk,
    }  # fmt: skip
    assert len(outbox_sent()) == 2
    entry = history_of(school).first()
    assert (entry.action, entry.data["before"], entry.data["after"]) == (
        "staff.hand_over", {"user": phuc.pk}, {"user": hanh.pk},
    )  # fmt: skip
    assert client.get(url).status_code == (403 if stays == "yes" else 404)
    assert Membership.objects.filter(school=school, role="coordinator", ended_on__isnull=False).count() == 1
    # The new one needs a second factor before anything opens.
    client.force_login(hanh)
    assert client.get(reverse("staff_invite", args=[school.code])).status_code == 302


def test_a_deputy_who_becomes_coordinator_is_no_longer_deputy(client, phuc, school):
    binh = make_staff("Lý Thanh Bình", SchoolRole.DEPUTY)
    client.force_login(binh)
    assert client.get(reverse("coordinator_hand_over", args=[school.code])).status_code == 403
    client.force_login(phuc)
    client.post(
        reverse("coordinator_hand_over", args=[school.code]),
        {"to": binh.pk, "stays": "yes", "idempotency_key": "h-1"},
    )
    assert current(school) == {binh.pk: {"coordinator"}, phuc.pk: {"teacher"}}


def test_nobody_from_outside_becomes_coordinator(client, phuc, school):
    lam = make_outsider()
    client.force_login(phuc)
    url = reverse("coordinator_hand_over", args=[school.code])
    for to in (lam.pk, phuc.pk):
        assert client.post(url, {"to": to, "stays": "yes", "idempotency_key": "h-1"}).status_code == 200
    client.force_login(lam)
    assert client.post(url, {"to": lam.pk, "stays": "yes", "idempotency_key": "h-2"}).status_code == 404
    assert current(school) == {phuc.pk: {"coordinator"}}


# --- The authority's way --------------------------------------------------------------------------------
def replace(client, school: School, to: User | None, key: str = "r-1"):
    posted = {"to": to.pk if to else "", "reason": "Đã chuyển công tác", "idempotency_key": key}
    return client.post(reverse("coordinator_replace", args=[school.code]), posted)


def test_the_authority_names_another_one_from_the_staff(client, phuc, school):
    hanh = make_teacher()
    client.force_login(make_ward_officer(ward=school.ward))
    assert replace(client, school, hanh).status_code == 302
    assert current(school) == {hanh.pk: {"teacher", "coordinator"}}
    assert history_of(school).first().reason.text == "Đã chuyển công tác"
    client.force_login(phuc)
    assert client.get(reverse("school_detail", args=[school.code])).status_code == 404


def test_with_nobody_left_the_school_can_be_registered_again_and_stays_active(client, phuc, school):
    hanh, class_group = make_teacher(), make_class("8A1", school=school, pupils=1)
    officer = make_ward_officer(ward=school.ward)
    client.force_login(officer)
    assert replace(client, school, None).status_code == 302
    assert replace(client, school, None, key="r-2").status_code == 200  # nobody to replace any more
    client.force_login(hanh)
    assert client.get(reverse("class_detail", args=[class_group.pk])).status_code == 200
    client.logout()
    assert "/claim/" in client.get(reverse("school_list")).content.decode()
    typed = {
        "full_name": "Đinh Thị Thu", "position": "Phó Hiệu trưởng", "email": "thu@example.vn", "phone": "0912345678",
        "idempotency_key": "c-1",
    }  # fmt: skip
    assert client.post(reverse("school_claim", args=[school.code]), typed).status_code == 302
    claim = SchoolClaim.objects.get()
    client.post(reverse("claim_confirm", args=[claim.confirm_token]))
    again = client.post(reverse("school_claim", args=[school.code]), typed | {"idempotency_key": "c-2"})
    assert again.status_code == 200  # one registration at a time
    client.force_login(officer)
    assert client.post(reverse("claim_verify", args=[claim.pk]), {"idempotency_key": "v-1"}).status_code == 302
    claim.refresh_from_db()
    assert claim.state == ClaimState.VERIFIED
    assert School.objects.get(pk=school.pk).state == SchoolState.ACTIVE
    assert current(school)[claim.coordinator_id] == {"coordinator"}


def test_a_refused_registration_leaves_a_working_school_at_work(client, phuc, school):
    officer = make_ward_officer(ward=school.ward)
    Membership.objects.filter(user=phuc).update(ended_on="2026-01-01")
    claim = SchoolClaim.objects.create(
        school=school, full_name="Ai Đó", position="?", email="a@example.vn", phone="+84912345678", key_hash="x",
        state=ClaimState.SUBMITTED,
    )  # fmt: skip
    client.force_login(officer)
    posted = {"reason": "Không ai biết", "idempotency_key": "f-1"}
    assert client.post(reverse("claim_refuse", args=[claim.pk]), posted).status_code == 302
    assert School.objects.get(pk=school.pk).state == SchoolState.ACTIVE


# --- Roles ----------------------------------------------------------------------------------------------
def test_one_deputy_only(client, phuc, school, outbox_sent):
    hanh, binh = make_teacher(), make_staff("Lý Thanh Bình", SchoolRole.DEPUTY)
    client.force_login(phuc)
    invite = {"full_name": "Hồ Thị Ngân", "email": "ngan@example.vn", "role": "deputy", "idempotency_key": "i-1"}
    assert client.post(reverse("staff_invite", args=[school.code]), invite).context["form"].errors["role"]
    role = reverse("membership_role", args=[hanh.memberships.get().pk])
    assert client.post(role, {"role": "deputy", "idempotency_key": "o-1"}).context["form"].errors["role"]
    down = reverse("membership_role", args=[binh.memberships.get().pk])
    assert client.post(down, {"role": "teacher", "idempotency_key": "o-2"}).status_code == 302
    assert client.post(role, {"role": "deputy", "idempotency_key": "o-3"}).status_code == 302
    assert current(school)[hanh.pk] == {"deputy"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(school=school, user=binh, role=SchoolRole.DEPUTY)


def test_of_two_invited_deputies_one_joins(client, phuc, school, outbox_sent):
    client.force_login(phuc)
    for number in (1, 2):
        invite = {"full_name": f"Phó {number} Ấy", "email": f"pho{number}@example.vn", "role": "deputy"}
        client.post(reverse("staff_invite", args=[school.code]), invite | {"idempotency_key": f"i-{number}"})
    links = [next(word for word in mail.body.split() if "/invitations/" in word) for mail in outbox_sent()]
    client.logout()
    answers = []
    for link in links:
        path = "/" + link.split("/", 3)[3]
        typed = {"full_name": "Phó Ấy", "password": PASSWORD, "password_again": PASSWORD}
        answers.append(client.post(path, typed).status_code)
    assert sorted(answers) == [200, 302]
    assert Membership.objects.current().filter(school=school, role="deputy").count() == 1
    assert Invitation.objects.filter(accepted_at__isnull=True).count() == 1


def test_a_deputy_changes_teachers_but_neither_deputy_nor_coordinator(client, phuc, school):
    binh, hanh = make_staff("Lý Thanh Bình", SchoolRole.DEPUTY), make_teacher()
    client.force_login(binh)
    for person, status in ((phuc, 403), (binh, 403), (hanh, 200)):
        url = reverse("membership_role", args=[person.memberships.get().pk])
        assert client.get(url).status_code == status
    client.force_login(make_outsider())
    assert client.get(reverse("membership_role", args=[hanh.memberships.get().pk])).status_code == 404


# --- Leaving --------------------------------------------------------------------------------------------
def test_a_teacher_who_moves_loses_the_old_schools_pupils_at_once(client, phuc, school):
    hanh, class_group = make_teacher(), make_class("8A1", school=school, pupils=2)
    pupil = make_pupil(class_group=class_group)
    at_old = client.__class__()
    at_old.force_login(hanh)
    assert at_old.get(reverse("class_detail", args=[class_group.pk])).status_code == 200
    Membership.objects.create(school=make_school("Trường THCS Trần Phú"), user=hanh, role=SchoolRole.TEACHER)
    client.force_login(phuc)
    end = reverse("membership_end", args=[hanh.memberships.get(school=school).pk])
    assert client.post(end, {"reason": "Chuyển trường", "idempotency_key": "e-1"}).status_code == 302
    assert at_old.get(reverse("class_detail", args=[class_group.pk])).status_code == 404  # in the same session
    assert at_old.get(reverse("school_detail", args=[school.code])).status_code == 404
    assert list(schools_visible_to(User.objects.get(pk=hanh.pk)).values_list("name", flat=True)) == [
        "Trường THCS Trần Phú"
    ]
    assert pupil.school == school


def test_a_coordinator_whose_role_ended_is_outside_at_once(client, phuc, school):
    class_group = make_class("8A1", school=school, pupils=1)
    theirs = client.__class__()
    theirs.force_login(phuc)
    assert theirs.get(reverse("class_detail", args=[class_group.pk])).status_code == 200
    client.force_login(make_officer())
    assert client.get(reverse("coordinator_replace", args=[school.code])).status_code == 200
    replace(client, school, None)
    for name in ("school_detail", "staff_invite", "class_add"):
        assert theirs.get(reverse(name, args=[school.code])).status_code == 404, name
    assert theirs.get(reverse("class_detail", args=[class_group.pk])).status_code == 404


def test_a_pupil_who_leaves_keeps_the_history_of_classes(client, phuc, school):
    """P08, the schools' part: who has left is in no class list any more, and the place stays written down."""
    class_group = make_class("8A1", school=school)
    minh, stays = make_pupil(class_group=class_group), make_pupil("Lê Thị An", class_group=class_group)
    minh.left_on = make_year().starts_on
    minh.save(update_fields=["left_on"])
    client.force_login(phuc)
    page = client.get(reverse("class_detail", args=[class_group.pk])).content.decode()
    assert stays.full_name in page
    assert minh.full_name not in page
    assert minh.enrolments.count() == 1


# --- Many at once, and classes --------------------------------------------------------------------------
def test_many_are_invited_from_pasted_lines(client, phuc, school, outbox_sent):
    make_staff("Trần Thị Hạnh", SchoolRole.TEACHER, email="hanh@example.vn")
    client.force_login(phuc)
    url = reverse("staff_invite_many", args=[school.code])
    lines = "Lê Văn Tám; tam@example.vn\nNguyễn Thị Chín <CHIN@example.vn>\nHạnh Trần\thanh@example.vn\n\n"
    posted = {"people": lines, "role": "teacher", "idempotency_key": "n-1"}
    for _twice in range(2):
        page = client.post(url, posted)
        assert [person.email for person, _why in page.context["refused_people"]] == ["hanh@example.vn"]
    assert set(Invitation.objects.values_list("email", "full_name")) == {
        ("tam@example.vn", "Lê Văn Tám"), ("chin@example.vn", "Nguyễn Thị Chín"),
    }  # fmt: skip
    assert len(outbox_sent()) == 2
    bad = client.post(url, {"people": "Không có địa chỉ\nA; a@", "role": "teacher", "idempotency_key": "n-2"})
    assert len(bad.context["form"].errors["people"]) == 2
    client.force_login(make_outsider())
    assert client.post(url, posted).status_code == 404


@pytest.mark.parametrize(
    ("typed", "invited"),
    [
        ("Trần Thị Ba <ba1@example.vn>; Lê Bốn <bon1@example.vn>", ["Trần Thị Ba: ba1", "Lê Bốn: bon1"]),
        ('"Trần Thị Ba" <ba1@example.vn>, "Lê Bốn" <bon1@example.vn>', ["Trần Thị Ba: ba1", "Lê Bốn: bon1"]),
        ("ba1@example.vn Trần Thị Ba; bon1@example.vn Lê Bốn", ["Trần Thị Ba: ba1", "Lê Bốn: bon1"]),
        ("1. Trần Thị Ba; ba1@example.vn\n2) Lê Bốn\tbon1@example.vn", ["Trần Thị Ba: ba1", "Lê Bốn: bon1"]),
        ("“Trần Thị Ba” <mailto:ba1@example.vn>", ["Trần Thị Ba: ba1"]),
        ("'H'Hen Niê' (GV Toán) - hen@example.vn", ["H'Hen Niê: hen"]),
    ],
)
def test_names_and_addresses_as_mail_programs_write_them(client, phuc, school, typed, invited):
    client.force_login(phuc)
    posted = {"people": typed, "role": "teacher", "idempotency_key": "n-1"}
    assert client.post(reverse("staff_invite_many", args=[school.code]), posted).status_code == 302
    found = Invitation.objects.order_by("pk").values_list("full_name", "email")
    assert [f"{name}: {email.partition('@')[0]}" for name, email in found] == invited


def test_an_address_without_a_name_of_its_own_is_nobodys_invitation(client, phuc, school):
    client.force_login(phuc)
    posted = {"people": "Trần Thị Ba; ba1@example.vn; ba2@example.vn", "role": "teacher", "idempotency_key": "n-1"}
    page = client.post(reverse("staff_invite_many", args=[school.code]), posted)
    assert page.context["form"].errors["people"]
    assert not Invitation.objects.exists()


def test_classes_are_added_and_changed_by_the_coordinator(client, phuc, school):
    make_year()
    hanh, lam = make_teacher(), make_outsider()
    client.force_login(phuc)
    add = reverse("class_add", args=[school.code])
    posted = {"name": "8A9", "grade": "8", "teacher": hanh.pk, "idempotency_key": "k-1"}
    for _twice in range(2):
        assert client.post(add, posted).status_code == 302
    group = ClassGroup.objects.get()
    assert (group.name, group.grade, group.homeroom_teacher) == ("8A9", 8, hanh)
    assert client.post(add, posted | {"idempotency_key": "k-2"}).context["form"].errors["name"]
    assert client.post(add, posted | {"teacher": lam.pk, "idempotency_key": "k-3"}).context["form"].errors["teacher"]
    assert client.post(add, posted | {"grade": "12", "idempotency_key": "k-4"}).context["form"].errors["grade"]
    edit = reverse("class_edit", args=[group.pk])
    read = client.get(edit).context["form"]["version"].value()
    assert client.post(edit, {"name": "8A10", "grade": "8", "teacher": "", "version": read}).status_code == 302
    stale = client.post(edit, {"name": "8A11", "grade": "8", "teacher": hanh.pk, "version": read}).context["form"]
    assert [(each.stored, each.typed) for each in stale.differences] == [
        ("8A10", "8A11"),
        ("Chưa có", f"{hanh.full_name} ({hanh.email})"),
    ]
    group.refresh_from_db()
    assert (group.name, group.homeroom_teacher) == ("8A10", None)
    client.force_login(hanh)
    assert client.get(edit).status_code == 403
    client.force_login(lam)
    assert client.get(edit).status_code == 404


def test_the_first_act_makes_a_verified_school_active(client):
    school = make_school(state=SchoolState.VERIFIED)
    phuc = make_coordinator(school=school)
    make_year()
    client.force_login(phuc)
    posted = {"name": "6A1", "grade": "6", "teacher": "", "idempotency_key": "k-1"}
    client.post(reverse("class_add", args=[school.code]), posted)
    assert School.objects.get(pk=school.pk).state == SchoolState.ACTIVE
