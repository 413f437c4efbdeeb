"""Cô Phúc registers her school; its authority verifies the registration or returns it with a reason."""

import re
import unicodedata

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from programs.accounts.models import User
from programs.claims.actions.deciding import refuse_claim, verify_claim
from programs.claims.choices import ClaimState
from programs.claims.models import SchoolClaim
from programs.claims.views.registering import REGISTRATIONS
from programs.core.audit import history_of
from programs.core.choices import Level
from programs.core.refusals import Refused
from programs.notices.models import Message
from programs.notices.queries import messages_visible_to
from programs.schools.choices import OfficeRole, SchoolRole, SchoolState
from programs.schools.models import Membership, School
from tests.people import (
    PASSWORD,
    make_coordinator,
    make_officer,
    make_outsider,
    make_school,
    make_teacher,
    make_user,
    make_ward,
    make_ward_officer,
)

pytestmark = pytest.mark.django_db

TYPED = {
    "full_name": "Nguyễn Thị Phúc",
    "position": "Phó Hiệu trưởng",
    "email": "phuc.nt@chuvanan.example.vn",
    "phone": "0912.345.678",
    "message": "",
    "idempotency_key": "k-1",
}


@pytest.fixture
def invited():
    return make_school(state=SchoolState.INVITED)


def claim_of(client, school, **changed) -> SchoolClaim:
    """The form is filled in, and the link of the letter is used."""
    response = client.post(reverse("school_claim", args=[school.code]), TYPED | changed)
    assert response.status_code == 302, response.context["form"].errors
    claim = SchoolClaim.objects.get(school=school, state=ClaimState.UNCONFIRMED)
    assert client.post(reverse("claim_confirm", args=[claim.confirm_token])).status_code == 302
    claim.refresh_from_db()
    return claim


def test_a_school_is_registered_and_the_claimant_gets_the_link(client, invited, outbox_sent):
    claim = claim_of(client, invited)
    invited.refresh_from_db()
    assert invited.state == SchoolState.CLAIMED
    assert claim.phone == "+84912345678"
    letter = outbox_sent()[-1]
    assert letter.to == ["phuc.nt@chuvanan.example.vn"]
    link = reverse("claim_status", args=[claim.link_token])
    assert link in letter.body
    page = client.get(link)
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    assert [entry.action for entry in history_of(claim)] == ["claim.confirm", "claim.submit"]


def test_a_double_click_is_one_registration_and_one_letter(client, invited):
    client.post(reverse("school_claim", args=[invited.code]), TYPED)
    again = client.post(reverse("school_claim", args=[invited.code]), TYPED)
    assert again.status_code == 302
    assert SchoolClaim.objects.count() == 1
    assert Message.objects.count() == 1


def test_the_same_key_with_other_contents_is_refused(client, invited):
    claim_of(client, invited)
    response = client.post(reverse("school_claim", args=[invited.code]), TYPED | {"full_name": "Kẻ Khác"})
    assert response.status_code == 200
    assert response.context["form"].non_field_errors()
    assert "Nguyễn Thị Phúc" not in response.content.decode()


def test_a_second_claimant_is_refused_clearly_and_keeps_what_was_typed(client, invited):
    claim_of(client, invited)
    other = TYPED | {"full_name": "Lê Văn Tài", "email": "tai@chuvanan.example.vn", "idempotency_key": "k-2"}
    page = client.get(reverse("school_claim", args=[invited.code]), HTTP_ACCEPT_LANGUAGE="vi")
    assert "form" not in re.findall(r"<form[^>]*method=\"post\"", page.content.decode())
    assert page.context["refusal"].code == "claim_open"
    response = client.post(reverse("school_claim", args=[invited.code]), other)
    assert response.status_code == 200
    assert "Lê Văn Tài" in response.content.decode()
    assert SchoolClaim.objects.get().full_name == "Nguyễn Thị Phúc"


def test_a_refused_form_keeps_what_was_typed(client, invited):
    response = client.post(reverse("school_claim", args=[invited.code]), TYPED | {"phone": "091234567"})
    assert response.status_code == 200
    text = response.content.decode()
    assert "091234567" in text
    assert "Phó Hiệu trưởng" in text
    assert not SchoolClaim.objects.exists()


def test_a_name_in_nfd_is_kept_in_nfc(client, invited):
    claim = claim_of(client, invited, full_name=unicodedata.normalize("NFD", "  Nguyễn Thị\u200b Phúc "))
    assert claim.full_name == "Nguyễn Thị Phúc"


def test_nobody_smuggles_a_state_or_another_school_in(client, invited):
    other = make_school("Trường THCS Khác", state=SchoolState.INVITED)
    claim = claim_of(client, invited, school_id=other.pk, state="verified", is_staff="1", token="mine", decided_by=1)
    assert claim.school == invited
    assert claim.state == ClaimState.SUBMITTED
    assert "mine" not in claim.link_token
    other.refresh_from_db()
    assert other.state == SchoolState.INVITED


@pytest.mark.parametrize("state", [SchoolState.ACTIVE, SchoolState.SUSPENDED])
def test_a_registered_school_cannot_be_registered_again(client, state):
    school = make_school(state=state)
    make_coordinator(school=school)
    response = client.post(reverse("school_claim", args=[school.code]), TYPED)
    assert response.status_code == 200
    assert not SchoolClaim.objects.exists()


def test_a_closed_school_is_not_on_the_list(client):
    school = make_school(state=SchoolState.CLOSED)
    assert client.get(reverse("school_claim", args=[school.code])).status_code == 404


def test_a_flood_of_registrations_stops_at_its_address_only(client):
    for number in range(REGISTRATIONS.allowed):
        school = make_school(f"Trường số {number}", state=SchoolState.INVITED)
        claim_of(client, school, idempotency_key=f"flood-{number}", email=f"thay{number}@example.vn")
    spared = make_school("Trường khác", state=SchoolState.INVITED)
    url = reverse("school_claim", args=[spared.code])
    page = client.post(url, TYPED | {"idempotency_key": "one-more"})
    assert page.context["form"].errors
    assert TYPED["full_name"] in page.content.decode()
    assert not SchoolClaim.objects.filter(school=spared).exists()
    client.post(url, TYPED | {"idempotency_key": "elsewhere"}, REMOTE_ADDR="10.0.0.9")
    assert SchoolClaim.objects.filter(school=spared).exists()


def test_a_wrong_link_is_not_found(client):
    assert client.get(reverse("claim_status", args=["f" * 64])).status_code == 404


# --- Who decides ----------------------------------------------------------------------------------
def can_open(client, user, claim) -> int:
    client.force_login(user)
    return client.get(reverse("claim_detail", args=[claim.pk])).status_code


def test_a_lower_secondary_school_goes_to_its_own_ward(client, invited):
    claim = claim_of(client, invited)
    assert can_open(client, make_ward_officer(ward=invited.ward), claim) == 200
    assert can_open(client, make_ward_officer("Ngô Văn Tâm", ward=make_ward("Phường Dĩ An")), claim) == 404
    assert can_open(client, make_outsider(), claim) == 404
    assert can_open(client, make_teacher(), claim) == 404
    assert can_open(client, make_officer(role=OfficeRole.STEERING), claim) == 404


@pytest.mark.parametrize(
    "levels",
    [
        (Level.UPPER_SECONDARY,),
        (Level.CONTINUING,),
        (Level.PRIMARY, Level.LOWER_SECONDARY, Level.UPPER_SECONDARY),
    ],
)
def test_a_school_with_upper_secondary_goes_to_the_department(client, levels):
    school = make_school("Trường THPT Võ Minh Đức", levels=levels, state=SchoolState.INVITED)
    claim = claim_of(client, school)
    ward_officer, department = make_ward_officer(ward=school.ward), make_officer()
    assert can_open(client, ward_officer, claim) == 404
    assert can_open(client, department, claim) == 200
    client.force_login(ward_officer)
    assert claim not in client.get(reverse("claim_queue")).context["page_obj"].object_list
    client.force_login(department)
    assert claim in client.get(reverse("claim_queue")).context["page_obj"].object_list


def test_the_department_reads_a_wards_registration_but_does_not_decide_it(client, invited):
    claim = claim_of(client, invited)
    client.force_login(make_officer())
    assert claim not in client.get(reverse("claim_queue")).context["page_obj"].object_list
    assert claim in client.get(reverse("claim_queue"), {"show": "all"}).context["page_obj"].object_list
    page = client.get(reverse("claim_detail", args=[claim.pk]))
    assert reverse("claim_verify", args=[claim.pk]) not in page.content.decode()
    for name in ("claim_verify", "claim_return"):
        posted = {"idempotency_key": "d-1", "reason": "Không"}
        assert client.post(reverse(name, args=[claim.pk]), posted).status_code == 403
    claim.refresh_from_db()
    assert claim.state == ClaimState.SUBMITTED


def test_the_queue_is_for_officers_only(client):
    client.force_login(make_coordinator())
    assert client.get(reverse("claim_queue")).status_code == 404
    client.logout()
    assert client.get(reverse("claim_queue")).status_code == 302


def test_verifying_makes_the_coordinator_who_chooses_a_password(client, invited, outbox_sent):
    claim = claim_of(client, invited)
    client.force_login(make_ward_officer(ward=invited.ward))
    confirm = client.get(reverse("claim_verify", args=[claim.pk]))
    assert confirm.status_code == 200
    for _ in range(2):  # a double click verifies once
        response = client.post(reverse("claim_verify", args=[claim.pk]), {"idempotency_key": "v-1"})
        assert response.status_code == 302
    invited.refresh_from_db()
    claim.refresh_from_db()
    assert invited.state == SchoolState.VERIFIED  # active from the first act on: a second person, or a class
    assert claim.state == ClaimState.VERIFIED
    coordinator = User.objects.get(email=TYPED["email"])
    assert claim.coordinator == coordinator
    membership = Membership.objects.get(user=coordinator)
    assert (membership.school, membership.role) == (invited, SchoolRole.COORDINATOR)
    assert [entry.action for entry in history_of(invited)] == ["school.move"]

    letters = [mail for mail in outbox_sent() if coordinator.username in mail.body]
    assert len(letters) == 1
    client.logout()
    link = re.search(r"http://testserver(/\S+)", letters[0].body).group(1)
    page = client.get(link, follow=True)
    done = client.post(page.request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD})
    assert done.status_code == 302
    assert EmailAddress.objects.get(user=coordinator).verified  # else no second factor could be set up
    assert (
        client.login(username=coordinator.username, password=PASSWORD)
        or client.post(reverse("account_login"), {"login": TYPED["email"], "password": PASSWORD}).status_code == 302
    )


def test_an_existing_account_becomes_the_coordinators(client, invited):
    phuc = make_user("Nguyễn Thị Phúc", email=TYPED["email"])
    claim = claim_of(client, invited, email=TYPED["email"].upper())
    client.force_login(make_ward_officer(ward=invited.ward))
    assert client.post(reverse("claim_verify", args=[claim.pk]), {"idempotency_key": "v-2"}).status_code == 302
    assert Membership.objects.get(school=invited).user == phuc
    assert User.objects.filter(email__iexact=TYPED["email"]).count() == 1


def test_a_returned_registration_keeps_its_reason_and_is_corrected_through_the_link(client, invited, outbox_sent):
    claim = claim_of(client, invited)
    officer = make_ward_officer(ward=invited.ward)
    client.force_login(officer)
    without = client.post(reverse("claim_return", args=[claim.pk]), {"idempotency_key": "r-1", "reason": " "})
    assert without.status_code == 200  # a reason is required
    reason = "Vui lòng ghi đúng chức vụ theo quyết định bổ nhiệm."
    client.post(reverse("claim_return", args=[claim.pk]), {"idempotency_key": "r-1", "reason": reason})
    claim.refresh_from_db()
    assert (claim.state, claim.reason) == (ClaimState.RETURNED, reason)
    assert any(reason in mail.body for mail in outbox_sent())
    assert history_of(claim).first().reason.text == reason
    decided = client.post(reverse("claim_verify", args=[claim.pk]), {"idempotency_key": "v-3"})
    assert decided.status_code == 200  # nothing to decide until it is sent again
    assert decided.context["form"].non_field_errors()

    client.logout()
    link = reverse("claim_status", args=[claim.link_token])
    page = client.get(link).content.decode()
    assert reason in page
    assert "Phó Hiệu trưởng" in page
    response = client.post(link, TYPED | {"position": "Hiệu trưởng", "state": "verified"})
    assert response.status_code == 302
    assert client.post(link, TYPED | {"position": "Hiệu trưởng"}).status_code == 302  # sent twice, done once
    claim.refresh_from_db()
    assert (claim.state, claim.position, claim.reason) == (ClaimState.SUBMITTED, "Hiệu trưởng", reason)
    assert client.post(link, TYPED | {"position": "Kẻ gian"}).status_code == 200
    claim.refresh_from_db()
    assert claim.position == "Hiệu trưởng"
    assert School.objects.get(pk=invited.pk).state == SchoolState.CLAIMED


@pytest.mark.parametrize("was", [ClaimState.SUBMITTED, ClaimState.RETURNED])
def test_an_invented_registration_is_refused_for_good_and_frees_the_school(client, invited, outbox_sent, was):
    claim = claim_of(client, invited)
    SchoolClaim.objects.filter(pk=claim.pk).update(state=was)
    refuse = reverse("claim_refuse", args=[claim.pk])
    client.force_login(make_officer())  # the department reads it, the ward decides
    assert client.post(refuse, {"idempotency_key": "f-0", "reason": "x"}).status_code == 403
    client.force_login(make_ward_officer(ward=invited.ward))
    assert refuse in client.get(reverse("claim_detail", args=[claim.pk])).content.decode()
    assert client.post(refuse, {"idempotency_key": "f-1", "reason": ""}).status_code == 200
    reason = "Nhà trường không biết người này."
    for _twice in range(2):
        assert client.post(refuse, {"idempotency_key": "f-1", "reason": reason}).status_code == 302
    claim.refresh_from_db()
    assert (claim.state, claim.reason) == (ClaimState.REFUSED, reason)
    assert School.objects.get(pk=invited.pk).state == SchoolState.INVITED
    assert sum(reason in mail.body for mail in outbox_sent()) == 1
    assert refuse not in client.get(reverse("claim_detail", args=[claim.pk])).content.decode()
    late = client.post(reverse("claim_verify", args=[claim.pk]), {"idempotency_key": "f-2"})
    assert late.context["form"].non_field_errors()

    client.logout()
    link = reverse("claim_status", args=[claim.link_token])
    assert reason in client.get(link).content.decode()
    assert client.post(link, TYPED).status_code == 200  # nothing to correct any more
    other = claim_of(client, invited, email="that.su@chuvanan.example.vn", idempotency_key="k-9")
    assert SchoolClaim.objects.get(school=invited, state=ClaimState.SUBMITTED) == other


def test_what_was_refused_by_mistake_is_reopened_while_the_school_is_free(client, invited, outbox_sent):
    claim = claim_of(client, invited)
    mai = make_ward_officer(ward=invited.ward)
    refuse_claim(claim=claim, reason="Nhà trường không biết người này.", by=mai, key="f")
    reopen = reverse("claim_reopen", args=[claim.pk])
    client.force_login(make_officer())  # the department reads it, the ward decides
    assert client.post(reopen, {"idempotency_key": "o-0", "reason": "x"}).status_code == 403
    client.force_login(mai)
    assert reopen in client.get(reverse("claim_detail", args=[claim.pk])).content.decode()
    reason = "Hiệu trưởng gọi lại: đúng là người của trường."
    for _twice in range(2):
        assert client.post(reopen, {"idempotency_key": "o-1", "reason": reason}).status_code == 302
    claim.refresh_from_db()
    assert (claim.state, claim.reason, claim.decided_by) == (ClaimState.SUBMITTED, "", None)
    assert School.objects.get(pk=invited.pk).state == SchoolState.CLAIMED
    assert history_of(claim).first().reason.text == reason
    assert reason not in outbox_sent()[-1].body
    assert reverse("claim_status", args=[claim.link_token]) in outbox_sent()[-1].body

    refuse_claim(claim=claim, reason="Nhầm lần nữa.", by=mai, key="f-2")
    claim_of(client, invited, email="khac@chuvanan.example.vn", idempotency_key="k-8")
    late = client.post(reopen, {"idempotency_key": "o-2", "reason": reason})
    assert late.context["form"].non_field_errors()  # a colleague has the school now
    claim.refresh_from_db()
    assert claim.state == ClaimState.REFUSED


def test_the_desk_says_what_waits(client, invited):
    claim_of(client, invited)
    from programs.claims import desk

    assert desk.tasks(make_ward_officer(ward=invited.ward))[0].url == reverse("claim_queue")
    assert desk.tasks(make_officer()) == []  # the ward's own business
    assert desk.tasks(make_outsider()) == []


def test_the_link_to_the_first_password_is_on_no_desk_and_is_wiped_once_sent(client, invited, outbox_sent):
    """Support staff, or someone with a copy of the database, cannot set a password for a new coordinator."""
    claim = claim_of(client, invited)
    client.force_login(make_ward_officer(ward=invited.ward))
    client.post(reverse("claim_verify", args=[claim.pk]), {"idempotency_key": "v-1"})
    coordinator = User.objects.get(email=TYPED["email"])
    letter = Message.objects.get(recipient=coordinator)
    assert "/password/reset/key/" in letter.link
    assert not messages_visible_to(coordinator).exists()
    assert any("/password/reset/key/" in mail.body for mail in outbox_sent())
    letter.refresh_from_db()
    assert (letter.link, letter.body_text, letter.body_html) == ("", "", "")


def test_a_registration_with_somebodys_second_address_makes_that_person_the_coordinator(client, invited, outbox_sent):
    lam = make_outsider()
    EmailAddress.objects.create(user=lam, email=TYPED["email"], verified=True)
    claim = claim_of(client, invited)
    verify_claim(claim=claim, by=make_ward_officer(ward=invited.ward), key="k")
    assert claim.school.memberships.get(role="coordinator").user == lam
    assert reverse("desk") in outbox_sent()[-1].body


def test_a_registration_with_the_address_of_a_closed_account_is_not_verified(client, invited):
    make_outsider(email=TYPED["email"], is_active=False)
    claim = claim_of(client, invited)
    with pytest.raises(Refused) as refused:
        verify_claim(claim=claim, by=make_ward_officer(ward=invited.ward), key="k")
    assert refused.value.refusal.code == "account_closed"
