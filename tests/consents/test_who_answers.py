"""Who gives which consent: the guardian, the child, or both."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from programs.consents.actions import consents as actions
from programs.consents.choices import ConsentChannel, ConsentState
from programs.consents.models import Consent
from programs.consents.queries.answers import questions_for
from programs.consents.queries.history import proof_holds
from programs.consents.queries.in_force import publishing_allowed
from programs.consents.rules import Answered
from tests.consents.family import (
    GIVEN,
    GUARDIAN,
    PARTNER,
    PHOTO,
    PUPIL,
    SHOWCASE,
    TAKE_PART,
    typed,
    with_secret,
    years_ago,
)
from tests.people import (
    give_consent,
    make_pupil,
)

pytestmark = pytest.mark.django_db


def test_publishing_needs_the_child_and_the_guardian(minh):
    give_consent(minh, purpose=PHOTO, givers=(GUARDIAN,))
    assert publishing_allowed([minh.pk], PHOTO) == set()
    give_consent(minh, purpose=PHOTO, givers=(PUPIL,))
    assert publishing_allowed([minh.pk], PHOTO) == {minh.pk}
    assert publishing_allowed([minh.pk], SHOWCASE) == set()  # purposes are separate
    with pytest.raises(ValueError, match="publishes nothing"):
        publishing_allowed([minh.pk], TAKE_PART)


def test_a_small_child_is_not_asked_and_an_adult_decides_alone(class_8a1):
    small = make_pupil("Lê Bảo An", class_group=class_8a1, birth_date=years_ago(6))
    grown = make_pupil("Lê Bảo Lan", class_group=class_8a1, birth_date=years_ago(18))
    give_consent(small, grown, purpose=PHOTO, givers=(GUARDIAN,))
    assert publishing_allowed([small.pk, grown.pk], PHOTO) == {small.pk}
    assert questions_for(small, PUPIL) == []
    assert questions_for(grown, GUARDIAN) == []
    assert len(questions_for(grown, PUPIL)) == 4


def test_the_pupil_answers_on_their_own_page(as_user, minh):
    client = with_secret(as_user(minh.user))
    page = client.get(reverse("my_consents"))
    asked = [question.purpose for question, _field in page.context["form"].asked]
    assert asked == [PHOTO, SHOWCASE, PARTNER]  # taking part is the guardian's to decide
    hidden = {field.html_name: field.value() for field in page.context["form"].hidden_fields()}
    client.post(reverse("my_consents"), hidden | {"photo": "given", "showcase": "refused", "take_part": "given"})
    rows = {row.purpose: row for row in Consent.objects.filter(pupil=minh, giver=PUPIL)}
    assert {purpose: row.state for purpose, row in rows.items()} == {PHOTO: "given", SHOWCASE: "refused"}
    assert rows[PHOTO].channel == ConsentChannel.ACCOUNT
    assert proof_holds(rows[PHOTO]) is True
    address = reverse("my_consent", args=[PHOTO])
    client.post(address, {"withdraw": "True"})
    rows[PHOTO].refresh_from_db()
    assert rows[PHOTO].state == ConsentState.WITHDRAWN


def test_an_answer_sent_twice_does_not_withdraw_what_it_gave(as_user, client, minh, issued):
    """The same address withdraws what is given: only the page that says so does it."""
    own, at_own_page = with_secret(as_user(minh.user)), reverse("my_consent", args=[PHOTO])
    at_door = reverse("guardian_purpose", args=[issued.token, TAKE_PART])
    answers = {"photo": "given", "name": "", "relation": ""}
    own_body = typed(own.get(at_own_page), **answers)
    door_body = typed(client.get(at_door), take_part="given") | {"step": "send"}
    for _ in range(2):
        own.post(at_own_page, own_body)
        client.post(at_door, door_body)
    assert Consent.objects.get(pupil=minh, purpose=PHOTO, giver=PUPIL).state == GIVEN
    assert Consent.objects.get(pupil=minh, purpose=TAKE_PART, giver=GUARDIAN).state == GIVEN


def test_nobody_answers_for_another_pupil(minh, class_8a1):
    other = make_pupil("Lê Bảo An", class_group=class_8a1, with_account=True)
    answered = Answered({PHOTO: "given"}, {PHOTO: 1})
    with pytest.raises(PermissionDenied):
        actions.answer_as_pupil(pupil_id=minh.pk, answered=answered, seen="", language="vi", by=other.user)
    assert not Consent.objects.filter(state=GIVEN).exists()
