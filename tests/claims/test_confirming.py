"""A registration that nobody confirmed holds nothing: anybody may type any address into a form without an account.

Cô Phúc registers her school, thầy Tài the same one; a stranger types the addresses of others.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from programs.claims.actions import registering
from programs.claims.choices import ClaimState
from programs.claims.models import SchoolClaim
from programs.claims.queries import claims_visible_to
from programs.claims.rules import MOST_LETTERS
from programs.claims.views.registering import LETTERS
from programs.core import retention
from programs.core.audit import history_of
from programs.notices.models import Message
from programs.schools.choices import SchoolState
from tests.people import make_officer, make_school, make_teacher, make_ward_officer

pytestmark = pytest.mark.django_db
PHUC = {
    "full_name": "Nguyễn Thị Phúc", "position": "Phó Hiệu trưởng", "email": "phuc@chuvanan.example.vn",
    "phone": "0912 345 678", "message": "Xem http://ke-gian.example nhé", "idempotency_key": "k-phuc",
}  # fmt: skip
TAI = PHUC | {"full_name": "Lê Văn Tài", "email": "tai@chuvanan.example.vn", "idempotency_key": "k-tai"}


@pytest.fixture
def school():
    return make_school(state=SchoolState.INVITED)


def fill_in(client, school, typed, **changed) -> SchoolClaim:
    response = client.post(reverse("school_claim", args=[school.code]), typed | changed)
    assert response.status_code == 302, response.context["form"].errors
    claim = SchoolClaim.objects.latest("pk")
    assert response.url == reverse("claim_waiting", args=[claim.waiting_token])
    return claim


def link(claim: SchoolClaim) -> str:
    return reverse("claim_confirm", args=[claim.confirm_token])


def state_of(row) -> str:
    row.refresh_from_db()
    return row.state


def test_what_nobody_confirmed_leaves_the_school_free_and_is_seen_by_no_officer(client, school):
    phuc, tai = fill_in(client, school, PHUC), fill_in(client, school, TAI)
    assert {state_of(phuc), state_of(tai)} == {ClaimState.UNCONFIRMED}
    assert state_of(school) == SchoolState.INVITED
    assert "/claim/" in client.get(reverse("school_list")).content.decode()
    mai = make_ward_officer(ward=school.ward)
    for officer in (mai, make_officer()):
        assert not claims_visible_to(officer).exists()
    client.force_login(mai)
    assert client.get(reverse("claim_detail", args=[phuc.pk])).status_code == 404
    assert not client.get(reverse("claim_queue")).context["page_obj"].object_list
    assert client.get(reverse("claim_status", args=[phuc.link_token])).status_code == 404


def test_the_letter_holds_the_link_and_nothing_that_was_typed(client, school, outbox_sent):
    phuc = fill_in(client, school, PHUC)
    (letter,) = outbox_sent()
    assert letter.to == [PHUC["email"]]
    assert link(phuc) in letter.body
    everything = letter.subject + letter.body + "".join(str(part[0]) for part in letter.alternatives)
    assert not any(PHUC[name] in everything for name in ("full_name", "position", "message", "phone"))
    assert "ke-gian" not in everything
    row = Message.objects.get()
    assert row.urgent  # somebody waits for it at a screen
    assert (row.link, row.body_text) == ("", "")  # and nobody reads the link in the outbox once it has left


def test_opening_the_link_changes_nothing_the_button_sends_the_registration_once(client, school, outbox_sent):
    phuc = fill_in(client, school, PHUC)
    for _look in range(2):
        page = client.get(link(phuc))
        assert PHUC["full_name"] in page.content.decode()
        assert "no-store" in page["Cache-Control"]
    assert state_of(phuc) == ClaimState.UNCONFIRMED
    for _twice in range(2):
        assert client.post(link(phuc)).url == reverse("claim_status", args=[phuc.link_token])
    assert (state_of(phuc), state_of(school)) == (ClaimState.SUBMITTED, SchoolState.CLAIMED)
    assert [entry.action for entry in history_of(phuc)].count("claim.confirm") == 1
    assert sum(reverse("claim_status", args=[phuc.link_token]) in mail.body for mail in outbox_sent()) == 1
    waiting = client.get(reverse("claim_waiting", args=[phuc.waiting_token])).content.decode()
    assert PHUC["email"] not in waiting  # who typed the form does not follow what its address does
    assert client.get(reverse("claim_confirm", args=[phuc.waiting_token])).status_code == 404
    assert client.get(reverse("claim_confirm", args=[phuc.link_token])).status_code == 404


def test_the_second_to_confirm_is_told_whom_to_ask_and_may_send_it_when_the_school_is_free_again(client, school):
    phuc, tai = fill_in(client, school, PHUC), fill_in(client, school, TAI)
    client.post(link(phuc))
    late = client.post(link(tai))
    assert late.status_code == 200
    assert late.context["form"].non_field_errors()
    assert str(school.ward) in late.content.decode()
    assert PHUC["full_name"] not in late.content.decode()
    assert client.get(link(tai)).context["taken"].code == "claim_open"
    assert state_of(tai) == ClaimState.UNCONFIRMED

    client.force_login(make_ward_officer(ward=school.ward))
    client.post(reverse("claim_refuse", args=[phuc.pk]), {"idempotency_key": "f", "reason": "Không biết người này."})
    client.logout()
    assert client.post(link(tai)).status_code == 302
    assert (state_of(tai), state_of(school)) == (ClaimState.SUBMITTED, SchoolState.CLAIMED)


def test_the_link_lives_for_a_day_and_a_week_later_nothing_is_left(client, school):
    phuc = fill_in(client, school, PHUC)
    with time_machine.travel(timezone.now() + timedelta(hours=23)):
        assert client.get(link(phuc)).context["late"] is None
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert client.get(link(phuc)).context["late"].code == "link_expired"
        assert client.post(link(phuc)).status_code == 200
        waiting = reverse("claim_waiting", args=[phuc.waiting_token])
        assert PHUC["email"] not in client.get(waiting).content.decode()
        assert client.post(waiting).status_code == 200
    assert state_of(phuc) == ClaimState.UNCONFIRMED
    retention.run(now=timezone.now() + timedelta(days=7))
    assert SchoolClaim.objects.filter(pk=phuc.pk).exists()
    retention.run(now=timezone.now() + timedelta(days=8, hours=1))
    assert not SchoolClaim.objects.filter(pk=phuc.pk).exists()
    assert client.get(link(phuc)).status_code == 404


def test_the_waiting_page_says_for_whom_and_until_when_and_sends_the_letter_a_few_times(client, school, outbox_sent):
    phuc = fill_in(client, school, PHUC)
    waiting = reverse("claim_waiting", args=[phuc.waiting_token])
    page = client.get(waiting).content.decode()
    assert PHUC["email"] in page
    assert timezone.localtime(phuc.confirm_until).strftime("%d/%m/%Y") in page
    for _again in range(MOST_LETTERS - 1):
        assert client.post(waiting).status_code == 302
    enough = client.post(waiting)
    assert enough.context["form"].non_field_errors()
    letters = outbox_sent()
    assert len(letters) == MOST_LETTERS
    assert all(link(phuc) in letter.body for letter in letters)
    assert client.get(waiting).context["enough"].code == "enough_letters"


def test_no_address_gets_more_than_some_letters_a_day_wherever_they_come_from(client):
    for number in range(LETTERS.allowed):
        free = make_school(f"Trường số {number}", state=SchoolState.INVITED)
        client.post(
            reverse("school_claim", args=[free.code]), PHUC | {"idempotency_key": str(number)},
            REMOTE_ADDR=f"10.0.0.{number}",
        )  # fmt: skip
    spared = make_school("Trường khác", state=SchoolState.INVITED)
    url = reverse("school_claim", args=[spared.code])
    page = client.post(url, PHUC | {"idempotency_key": "more"}, REMOTE_ADDR="10.0.9.9")
    assert page.context["form"].errors["email"]
    assert PHUC["full_name"] in page.content.decode()  # what was typed is kept
    assert Message.objects.count() == LETTERS.allowed
    fill_in(client, spared, TAI)  # another address is not shut out


def test_a_known_address_and_an_unknown_one_get_the_same_answer(client, school, outbox_sent):
    """Whether somebody has an account at the portal is nobody's business."""
    hanh = make_teacher(email="hanh@chuvanan.example.vn")
    pages = []
    for number, address in enumerate((hanh.email, "khong.ai@chuvanan.example.vn")):
        claim = fill_in(client, school, PHUC, email=address, idempotency_key=f"same-{number}")
        page = client.get(reverse("claim_waiting", args=[claim.waiting_token])).content.decode()
        pages.append(page.replace(address, "…").replace(claim.waiting_token, "…"))
    first, second = outbox_sent()
    assert first.subject == second.subject
    assert _without_secrets(pages[0]) == _without_secrets(pages[1])


def _without_secrets(page: str) -> list[str]:
    return [line for line in page.splitlines() if "csrf" not in line and "nonce" not in line]


def test_a_confirmed_address_is_not_exchanged_by_a_correction(client, school):
    phuc = fill_in(client, school, PHUC)
    client.post(link(phuc))
    SchoolClaim.objects.filter(pk=phuc.pk).update(state=ClaimState.RETURNED, decided_at=timezone.now())
    status = reverse("claim_status", args=[phuc.link_token])
    assert 'name="email"' not in client.get(status).content.decode()
    client.post(status, PHUC | {"email": "ke.gian@example.vn", "position": "Hiệu trưởng"})
    phuc.refresh_from_db()
    assert (phuc.state, phuc.email, phuc.position) == (ClaimState.SUBMITTED, PHUC["email"], "Hiệu trưởng")


def test_a_letter_that_cannot_be_written_leaves_no_registration(client, school, monkeypatch):
    def fail(**_claim):
        raise RuntimeError("the outbox is broken")

    monkeypatch.setattr(registering.emails, "claim_to_confirm", fail)
    with pytest.raises(RuntimeError):
        client.post(reverse("school_claim", args=[school.code]), PHUC)
    assert not SchoolClaim.objects.exists()
    assert not mail.outbox


def test_a_form_that_was_sent_twice_is_counted_once(client):
    """The sixth registration of a day goes through, and so does its double click; the seventh has to wait."""
    schools = [make_school(f"Trường số {number}", state=SchoolState.INVITED) for number in range(7)]
    for number, school in enumerate(schools[:6]):
        typed = {"email": f"phuc{number}@example.vn", "idempotency_key": f"k-{number}"}
        for _press in range(2):
            claim = fill_in(client, school, PHUC, **typed)
            assert claim.email == typed["email"]
    assert Message.objects.filter(kind="account/claim_confirm").count() == 6
    refused = client.post(reverse("school_claim", args=[schools[6].code]), PHUC)
    assert refused.status_code == 200 and refused.context["form"].non_field_errors()


def test_an_erased_registration_is_sent_by_no_letter(client, school):
    claim = fill_in(client, school, PHUC)
    SchoolClaim.objects.filter(pk=claim.pk).update(email="", full_name="Nhân sự đã xóa dữ liệu")
    for address in (link(claim), reverse("claim_waiting", args=[claim.waiting_token])):
        assert client.get(address).status_code == client.post(address).status_code == 404
    assert (state_of(claim), state_of(school)) == (ClaimState.UNCONFIRMED, SchoolState.INVITED)
