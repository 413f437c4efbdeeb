"""Thầy Phúc coordinates Chu Văn An, invites cô Hạnh, and ends a role when somebody leaves."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from programs.accounts.models import User
from programs.core.audit import history_of
from programs.notices.models import Message
from programs.schools.actions import staff
from programs.schools.choices import SchoolRole, SchoolState
from programs.schools.models import Invitation, Membership
from tests.people import (
    PASSWORD,
    make_coordinator,
    make_officer,
    make_outsider,
    make_school,
    make_staff,
    make_teacher,
    make_user,
    make_ward_officer,
)

pytestmark = pytest.mark.django_db

HANH = {"full_name": "Trần Thị Hạnh", "email": "Hanh@chuvanan.example.vn", "role": "teacher", "idempotency_key": "i-1"}


@pytest.fixture
def phuc(client):
    coordinator = make_coordinator()
    client.force_login(coordinator)
    return coordinator


def invite(client, **changed) -> Invitation:
    response = client.post(reverse("staff_invite", args=[make_school().code]), HANH | changed)
    assert response.status_code == 302, response.context["form"].errors
    return Invitation.objects.latest("pk")


def link_in(letters) -> str:
    return re.search(r"http://testserver(/invitations/\S+)", letters[-1].body).group(1)


def test_cô_hạnh_is_invited_and_joins_with_her_own_password(client, phuc, outbox_sent):
    invitation = invite(client)
    assert invitation.email == "hanh@chuvanan.example.vn"
    link = link_in(outbox_sent())
    assert invitation.token_hash not in link  # only the hash is kept
    client.logout()
    assert client.get(link).status_code == 200
    assert not Membership.objects.filter(role=SchoolRole.TEACHER).exists()  # opening it changes nothing
    weak = client.post(link, {"full_name": "Trần Thị Hạnh", "password": "12345678", "password_again": "12345678"})
    assert weak.status_code == 200
    assert weak.context["form"].errors["password"]
    differ = client.post(link, {"full_name": "Trần Thị Hạnh", "password": PASSWORD, "password_again": PASSWORD + "x"})
    assert differ.context["form"].errors["password_again"]
    done = client.post(link, {"full_name": "Trần Thị Hạnh", "password": PASSWORD, "password_again": PASSWORD})
    assert done.status_code == 302
    hanh = User.objects.get(email="hanh@chuvanan.example.vn")
    assert hanh.check_password(PASSWORD)
    assert Membership.objects.get(user=hanh).role == SchoolRole.TEACHER
    assert history_of(make_school()).first().action == "staff.join"
    assert client.get(link).status_code == 410  # works once
    again = client.post(link, {"full_name": "X Y Z", "password": PASSWORD, "password_again": PASSWORD})
    assert again.status_code == 410


def test_somebody_with_an_account_signs_in_first_and_then_confirms(client, phuc, outbox_sent):
    hanh = make_user("Trần Thị Hạnh", email="hanh@chuvanan.example.vn")
    invite(client)
    link = link_in(outbox_sent())
    other = client.get(link)  # still signed in as thầy Phúc
    assert other.context["refusal"].code == "other_account"
    assert client.post(link, {"idempotency_key": "a"}).context["refusal"].code == "other_account"
    client.logout()
    assert client.get(link).context["refusal"].code == "sign_in_first"
    posted = client.post(link, {"full_name": "Kẻ gian", "password": PASSWORD, "password_again": PASSWORD})
    assert posted.context["refusal"].code == "sign_in_first"
    client.force_login(hanh)
    assert client.get(link).status_code == 200
    assert client.post(link, {"idempotency_key": "a"}).status_code == 302
    assert Membership.objects.get(user=hanh).school == make_school()


def test_an_expired_withdrawn_or_unknown_link_says_so(client, phuc, outbox_sent):
    invitation = invite(client)
    link = link_in(outbox_sent())
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    client.logout()
    assert client.get(link).context["refusal"].code == "invitation_expired"
    client.force_login(phuc)
    assert (
        client.post(reverse("invitation_withdraw", args=[invitation.pk]), {"idempotency_key": "w"}).status_code == 302
    )
    assert client.get(link).context["refusal"].code == "invitation_withdrawn"
    assert client.get(reverse("invitation_accept", args=["x" * 43])).status_code == 404


def test_a_suspended_school_cannot_add_staff(client, phuc, outbox_sent):
    invite(client)
    school = make_school()
    school.state = SchoolState.SUSPENDED
    school.save()
    client.logout()
    assert client.get(link_in(outbox_sent())).context["refusal"].code == "school_not_working"


def test_one_open_invitation_for_a_person_and_role_and_a_new_one_after_it_expired(client, phuc):
    first = invite(client)
    url = reverse("staff_invite", args=[make_school().code])
    assert client.post(url, HANH).status_code == 302  # a double click
    assert Invitation.objects.count() == 1
    refused = client.post(url, HANH | {"idempotency_key": "i-2"})
    assert refused.context["form"].errors["email"]
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=1))
    second = invite(client, idempotency_key="i-3")
    first.refresh_from_db()
    assert first.withdrawn_at
    assert second.pk != first.pk


def test_a_member_is_not_invited_twice_and_no_coordinator_by_invitation(client, phuc):
    hanh = make_teacher()
    url = reverse("staff_invite", args=[make_school().code])
    assert client.post(url, HANH | {"email": hanh.email}).context["form"].errors["email"]
    assert client.post(url, HANH | {"role": "coordinator"}).context["form"].errors["role"]
    assert not Invitation.objects.exists()


def test_only_the_coordinator_invites_and_only_for_their_own_school(client, phuc):
    other = make_outsider().memberships.get().school
    assert client.post(reverse("staff_invite", args=[other.code]), HANH).status_code == 404
    client.force_login(make_teacher())
    assert client.get(reverse("staff_invite", args=[make_school().code])).status_code == 403
    assert client.post(reverse("staff_invite", args=[make_school().code]), HANH).status_code == 403
    client.force_login(make_ward_officer())
    assert client.post(reverse("staff_invite", args=[make_school().code]), HANH).status_code == 403
    client.force_login(make_outsider("Thầy Lâm Khác"))
    assert client.post(reverse("staff_invite", args=[make_school().code]), HANH).status_code == 404
    assert not Invitation.objects.exists()


def test_a_foreign_invitation_cannot_be_withdrawn(client, phuc):
    invitation = invite(client)
    client.force_login(make_outsider())
    assert (
        client.post(reverse("invitation_withdraw", args=[invitation.pk]), {"idempotency_key": "w"}).status_code == 404
    )
    client.force_login(make_teacher())
    assert client.get(reverse("invitation_withdraw", args=[invitation.pk])).status_code == 404
    invitation.refresh_from_db()
    assert invitation.withdrawn_at is None


def test_a_role_ends_and_the_row_stays(client, phuc):
    hanh = make_teacher()
    membership = hanh.memberships.get()
    url = reverse("membership_end", args=[membership.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, {"idempotency_key": "e", "reason": "Chuyển công tác"}).status_code == 302
    membership.refresh_from_db()
    assert membership.ended_on == timezone.localdate()
    assert history_of(make_school()).first().reason.text == "Chuyển công tác"
    client.force_login(hanh)
    assert client.get(reverse("school_detail", args=[make_school().code])).status_code == 404


def test_nobody_ends_the_coordinator_and_a_deputy_no_deputy(client, phuc):
    assert client.post(reverse("membership_end", args=[phuc.memberships.get().pk]), {}).status_code == 403
    binh = make_staff("Lý Thanh Bình", SchoolRole.DEPUTY)
    client.force_login(binh)
    assert client.get(reverse("membership_end", args=[binh.memberships.get().pk])).status_code == 403
    assert client.get(reverse("membership_end", args=[phuc.memberships.get().pk])).status_code == 403
    client.force_login(phuc)
    assert client.get(reverse("membership_end", args=[binh.memberships.get().pk])).status_code == 200


def test_the_schools_page_for_each_who_may_see_it(client, phuc):
    url = reverse("school_detail", args=[make_school().code])
    page = client.get(url).content.decode()
    assert reverse("staff_invite", args=[make_school().code]) in page
    for reader in (make_teacher(), make_officer(), make_ward_officer()):
        client.force_login(reader)
        page = client.get(url)
        assert page.status_code == 200
        assert reverse("staff_invite", args=[make_school().code]) not in page.content.decode()
    client.force_login(make_outsider())
    assert client.get(url).status_code == 404


def test_a_lonely_coordinators_desk_asks_to_invite(phuc):
    from programs.schools import desk

    assert reverse("staff_invite", args=[make_school().code]) in [task.url for task in desk.tasks(phuc)]
    make_teacher()
    assert desk.tasks(phuc) == []


def test_the_token_of_an_invitation_is_wiped_once_the_letter_has_left(outbox_sent):
    """Only its hash is kept: a copy of the database joins no school."""
    coordinator = make_coordinator()
    staff.invite_staff(
        school=coordinator.memberships.get().school, full_name="Lê Thu An", email="an@example.vn", role="teacher",
        by=coordinator, key="k",
    )  # fmt: skip
    assert "/invitations/" in outbox_sent()[0].body
    letter = Message.objects.get(to_address="an@example.vn")
    assert (letter.link, letter.body_text, letter.body_html) == ("", "", "")
