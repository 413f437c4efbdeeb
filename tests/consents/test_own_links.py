"""Mother and father each have a link: behind hers nobody speaks as the father, and a no is said once."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from programs.consents.actions import consents as actions
from programs.consents.actions.links import issue_link
from programs.consents.choices import ConsentState
from programs.consents.models import Consent, ConsentText, Signature
from programs.consents.queries.answers import fingerprint, shown_to
from programs.consents.queries.overviews import disputes_of
from tests.consents.family import GIVEN, GUARDIAN, PHOTO, REFUSED

pytestmark = pytest.mark.django_db
FATHER = {"name": "Nguyễn Văn Long", "relation": "bố"}
MOTHER = {"name": "Phan Thị Nga", "relation": "mẹ"}


@pytest.fixture
def mothers(minh, hanh):
    return issue_link(pupil=minh, by=hanh, key="me", relation="mẹ")


@pytest.fixture
def fathers(minh, hanh):
    return issue_link(pupil=minh, by=hanh, key="cha", relation="cha")


def say(client, issued, who: dict, answer: str, version: int = 1):
    """Sent from a page that was read just now."""
    seen = fingerprint(shown_to(issued.link.pupil, GUARDIAN))
    fields = {PHOTO: answer, f"{PHOTO}_version": version, "seen": seen, "step": "send"}
    return client.post(reverse("guardian_purpose", args=[issued.token, PHOTO]), fields | who)


def state_of(minh) -> str:
    return Consent.objects.get(pupil=minh, purpose=PHOTO, giver=GUARDIAN).state


@pytest.mark.parametrize("claims_to_be", [FATHER, FATHER | {"relation": "người giám hộ"}])
def test_the_mother_cannot_take_back_the_fathers_no(client, minh, mothers, fathers, claims_to_be):
    assert say(client, fathers, FATHER, REFUSED).status_code == 302
    say(client, mothers, claims_to_be, GIVEN)
    assert state_of(minh) == ConsentState.DISPUTED
    line = Signature.objects.filter(said=GIVEN).get()
    assert line.relation == "mẹ", "behind her link she speaks, whatever was typed"
    mothers.link.refresh_from_db()
    assert mothers.link.relation == "mẹ", "and it stays hers"


@pytest.mark.parametrize("claims_to_be", [FATHER, FATHER | {"relation": "người giám hộ"}])
def test_nor_from_the_letter_of_the_class(client, minh, hanh, fathers, claims_to_be):
    """It is for whoever the school reaches, but not to agree for a parent who has a link of their own."""
    letter = issue_link(pupil=minh, by=hanh, key="thu")
    say(client, fathers, FATHER, REFUSED)
    refused = say(client, letter, claims_to_be, GIVEN)
    assert refused.status_code == 200 and refused.context["form"].errors["relation"]
    assert state_of(minh) == REFUSED
    assert say(client, letter, MOTHER, GIVEN).status_code == 302
    assert state_of(minh) == ConsentState.DISPUTED


def test_a_no_needs_no_link_of_ones_own(client, minh, hanh, fathers):
    letter = issue_link(pupil=minh, by=hanh, key="thu")
    say(client, fathers, FATHER, GIVEN)
    assert say(client, letter, FATHER, REFUSED).status_code == 302
    assert state_of(minh) == REFUSED


def test_withdrawing_twice_in_a_disagreement_is_one_word(client, minh, mothers, fathers):
    say(client, fathers, FATHER, GIVEN)
    say(client, mothers, MOTHER, GIVEN)
    for _press in range(2):
        actions.withdraw_as_guardian(link_id=fathers.link.pk, purpose=PHOTO)
    assert state_of(minh) == ConsentState.DISPUTED
    assert Signature.objects.filter(said=ConsentState.WITHDRAWN).count() == 1
    actions.withdraw_as_guardian(link_id=mothers.link.pk, purpose=PHOTO)
    assert state_of(minh) == ConsentState.WITHDRAWN


def test_a_disagreement_about_an_older_text_ends_with_the_answers_to_the_new_one(client, minh, hanh, mothers, fathers):
    say(client, mothers, MOTHER, GIVEN)
    say(client, fathers, FATHER, REFUSED)
    words = {"title": "Ảnh", "title_en": "Photo", "body": "Việc gì: ảnh", "body_en": "What: photo"}
    ConsentText.objects.create(purpose=PHOTO, version=2, in_force_from=timezone.localdate(), **words)
    say(client, mothers, MOTHER, GIVEN, version=2)
    assert [row.text_version for row in disputes_of(hanh)] == [2], "the father's no holds for every text"
    say(client, fathers, FATHER, GIVEN, version=2)
    assert not disputes_of(hanh).exists()
