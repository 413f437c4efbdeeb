"""A pupil's own words: the same twice is one, and who has come of age says it once more."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from programs.consents.actions import consents as actions
from programs.consents.choices import ConsentState
from programs.consents.models import Consent, Signature
from programs.consents.queries.in_force import publishing_allowed
from tests.consents.family import GIVEN, PHOTO, PUPIL, REFUSED, with_secret, years_ago
from tests.people import make_pupil

pytestmark = pytest.mark.django_db


def test_the_same_page_sent_twice_is_one_answer(as_user, minh):
    client = with_secret(as_user(minh.user))
    page = client.get(reverse("my_consents"))
    fields = {field.html_name: field.value() for field in page.context["form"].hidden_fields()} | {PHOTO: GIVEN}
    for _press in range(2):
        assert client.post(reverse("my_consents"), fields).status_code == 302
    assert Signature.objects.filter(pupil=minh).count() == 1


@pytest.mark.parametrize("first", [GIVEN, REFUSED])
def test_withdrawing_is_said_once(as_user, minh, first):
    client = with_secret(as_user(minh.user))
    page = client.get(reverse("my_consents"))
    fields = {field.html_name: field.value() for field in page.context["form"].hidden_fields()} | {PHOTO: first}
    client.post(reverse("my_consents"), fields)
    for _press in range(2):
        actions.withdraw_as_pupil(pupil_id=minh.pk, purpose=PHOTO, by=minh.user)
    assert Signature.objects.filter(said=ConsentState.WITHDRAWN).count() == (first == GIVEN)


def test_who_comes_of_age_is_asked_once_more(as_user, class_8a1):
    """At 17 Lan agreed and her guardian was never reached: from her birthday on she decides, and says so."""
    lan = make_pupil(
        "Lê Bảo Lan", class_group=class_8a1, with_account=True, birth_date=years_ago(18) + timedelta(days=20)
    )
    client = with_secret(as_user(lan.user))
    page = client.get(reverse("my_consents"))
    fields = {field.html_name: field.value() for field in page.context["form"].hidden_fields()} | {PHOTO: GIVEN}
    client.post(reverse("my_consents"), fields)
    with time_machine.travel(timezone.now() + timedelta(days=40), tick=False):
        client = with_secret(as_user(lan.user))
        page = client.get(reverse("my_consents"))
        assert PHOTO in [question.purpose for question, _field in page.context["form"].asked]
        assert publishing_allowed([lan.pk], PHOTO) == set()
        fields = {field.html_name: field.value() for field in page.context["form"].hidden_fields()} | {PHOTO: GIVEN}
        for _press in range(2):
            assert client.post(reverse("my_consents"), fields).status_code == 302
        assert publishing_allowed([lan.pk], PHOTO) == {lan.pk}
    assert Signature.objects.filter(pupil=lan, giver=PUPIL).count() == 2
    assert Consent.objects.get(pupil=lan, purpose=PHOTO, giver=PUPIL).alone
