"""The guardian's page: one answer a question, nothing chosen before; the door shuts by rule (M01, P08)."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from programs.consents.actions import consents as actions
from programs.consents.actions.links import issue_link
from programs.consents.choices import ConsentState
from programs.consents.models import Consent, GuardianLink
from programs.consents.queries.in_force import in_force
from programs.consents.queries.visible import guardian_for_token
from tests.consents.family import (
    GIVEN,
    GUARDIAN,
    PARTNER,
    PHOTO,
    SHOWCASE,
    TAKE_PART,
    answer,
    door,
    typed,
    years_ago,
)
from tests.pages import main_of
from tests.people import (
    make_pupil,
)

pytestmark = pytest.mark.django_db


def test_a_guardian_agrees_to_one_thing_refuses_another_and_leaves_the_rest_open(client, minh, issued):
    page = client.get(door(issued))
    assert page.status_code == 200
    text = page.content.decode()
    assert "Minh" in text
    assert minh.full_name not in text
    assert "checked" not in text
    review = client.post(door(issued), typed(page, take_part="given", photo="refused") | {"step": "review"})
    assert "consents/guardian/review.html" in [template.name for template in review.templates]
    assert not Consent.objects.exclude(state=ConsentState.ASKED).exists()  # nothing is written before it is sent

    assert answer(client, issued, take_part="given", photo="refused").status_code == 302
    states = {row.purpose: row.state for row in Consent.objects.filter(pupil=minh, giver=GUARDIAN)}
    assert states == {TAKE_PART: "given", PHOTO: "refused", SHOWCASE: "asked", PARTNER: "asked"}
    assert in_force([minh.pk], TAKE_PART) == {minh.pk}
    after = client.get(door(issued)).content.decode()
    assert reverse("guardian_purpose", args=[issued.token, TAKE_PART]) in after
    issued.link.refresh_from_db()
    assert (issued.link.guardian_name, issued.link.relation) == ("Nguyễn Văn Long", "cha")


def test_m01_nothing_ticked_grants_nothing(client, minh, issued):
    page = answer(client, issued)
    assert page.status_code == 200
    assert page.context["form"].non_field_errors()
    assert not Consent.objects.filter(state=GIVEN).exists()


def test_m01_no_address_chooses_an_answer(client, minh, issued):
    query = "?take_part=given&photo=given&step=send&name=A&relation=B&agree_all=1"
    page = client.get(door(issued) + query)
    assert "checked" not in page.content.decode()
    page = client.post(door(issued) + query, typed(client.get(door(issued))) | {"step": "send"})
    assert not Consent.objects.filter(state=GIVEN).exists()


def test_m01_there_is_no_one_tick_for_all(client, minh, issued):
    page = client.get(door(issued))
    asked = [question.purpose for question, _field in page.context["form"].asked]
    assert asked == [TAKE_PART, PHOTO, SHOWCASE, PARTNER]
    client.post(door(issued), typed(page, all="given", answers="given", take_part="yes") | {"step": "send"})
    assert not Consent.objects.filter(state=GIVEN).exists()


def test_the_name_of_who_agrees_is_needed(client, minh, issued):
    page = client.get(door(issued))
    again = client.post(door(issued), typed(page, take_part="given", name="") | {"step": "send"})
    assert again.context["form"].errors["name"]
    assert "checked" in again.content.decode()  # what was chosen is not lost
    assert not Consent.objects.filter(state=GIVEN).exists()


def test_sent_twice_is_recorded_once_and_an_old_page_sent_after_a_withdrawal_has_no_effect(client, minh, issued):
    body = typed(client.get(door(issued)), take_part="given") | {"step": "send"}
    for _ in range(2):
        assert client.post(door(issued), body).status_code == 302
    assert ModelLogEntry.objects.filter(action="consent.give").count() == 1
    actions.withdraw_as_guardian(link_id=issued.link.pk, purpose=TAKE_PART)
    refused = client.post(reverse("guardian_purpose", args=[issued.token, TAKE_PART]), body)
    assert refused.status_code == 200
    assert refused.context["form"].non_field_errors()
    assert in_force([minh.pk], TAKE_PART) == set()


def test_the_page_is_not_cached_and_its_address_is_not_leaked(client, issued):
    response = client.get(door(issued))
    assert "no-store" in response["Cache-Control"]
    assert "noindex" in response["X-Robots-Tag"]
    # Browsers send forms of a no-referrer page with "Origin: null", which the check against forgery refuses.
    assert response["Referrer-Policy"] == "same-origin"
    assert b"hreflang" not in response.content.partition(b"<body")[0]


def test_the_token_is_not_in_the_database_and_long_enough(issued):
    assert len(issued.token) == 28
    assert not GuardianLink.objects.filter(token_hash=issued.token).exists()
    typed_by_hand = "-".join(issued.token[start : start + 4] for start in range(0, 28, 4)).upper()
    assert guardian_for_token(typed_by_hand) == issued.link


def test_the_code_from_the_sheet_leads_to_the_page(client, issued):
    assert re.search(r">\s*Mở\s*</button>", client.get(reverse("guardian_code")).content.decode())
    answer = client.post(reverse("guardian_code"), {"code": issued.token.upper()})
    assert client.get(answer["Location"]).status_code == 200
    assert client.get(reverse("guardian_door", args=["sai-ma"])).status_code == 404


def test_a_flood_of_guesses_is_stopped_and_shuts_out_no_parent_behind_the_same_router(client, issued):
    guesses = [client.get(reverse("guardian_door", args=[f"sai{number}"])).status_code for number in range(40)]
    assert guesses == [404] * 30 + [429] * 10
    assert client.get(door(issued)).status_code == 200


@pytest.mark.parametrize("why", ["adult", "left", "merged", "erased", "expired", "replaced"])
def test_p08_the_guardians_access_ends_by_rule(client, minh, hanh, issued, class_8a1, why):
    answer(client, issued, take_part="given")
    now, today = timezone.now(), timezone.localdate()
    if why == "expired":
        GuardianLink.objects.update(expires_at=now)
    elif why == "replaced":
        issue_link(pupil=minh, by=hanh, key="la-thu-khac", relation="bố")
    else:
        changes = {
            "adult": {"birth_date": years_ago(18)},
            "left": {"left_on": today},
            "merged": {"merged_into": make_pupil("Nguyễn Nhật Minh", class_group=class_8a1)},
            "erased": {"erased_at": now},
        }[why]
        for name, value in changes.items():
            setattr(minh, name, value)
        minh.save()
    assert guardian_for_token(issued.token) is None
    page = client.get(door(issued))
    assert page.status_code == 410
    assert "8A1" not in main_of(page)
    assert client.post(reverse("guardian_purpose", args=[issued.token, TAKE_PART])).status_code == 410
    still = {minh.pk} if why in ("expired", "replaced") else set()
    assert in_force([minh.pk], TAKE_PART) == still
    assert Consent.objects.filter(pupil=minh, state=GIVEN).exists()  # that it existed stays
