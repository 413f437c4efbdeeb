"""The wording of the questions: a new version asks again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from programs.consents.actions.texts import load_consent_texts, publish_text
from programs.consents.choices import ConsentState
from programs.consents.models import Consent, ConsentText
from programs.consents.queries.answers import questions_for
from programs.consents.queries.in_force import in_force
from programs.core.refusals import Refused
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
)
from tests.people import (
    give_consent,
    make_administrator,
    make_user,
)

pytestmark = pytest.mark.django_db


def test_loading_the_texts_again_changes_nothing(db):
    assert load_consent_texts() == 4
    ConsentText.objects.filter(purpose=PHOTO).update(title="Đã công bố")
    assert load_consent_texts() == 0
    assert ConsentText.objects.get(purpose=PHOTO).title == "Đã công bố"
    for text in ConsentText.objects.all():
        assert len(text.points) == 6
        assert all(lead and words for lead, words in text.points)


def test_a_new_text_asks_again_and_the_old_answer_stays_on_record(client, minh, issued):
    answer(client, issued, take_part="given")
    admin = make_user("Hồ Anh Quân", is_superuser=True, is_staff=True)
    words = {"title": "Mới", "title_en": "New", "body": "Việc gì: khác", "body_en": "What: other"}
    tomorrow = timezone.localdate() + timedelta(days=1)
    publish_text(purpose=TAKE_PART, **words, in_force_from=tomorrow, by=admin)
    assert in_force([minh.pk], TAKE_PART) == {minh.pk}
    assert in_force([minh.pk], TAKE_PART, day=tomorrow) == set()
    text = publish_text(purpose=TAKE_PART, **words, in_force_from=timezone.localdate(), by=admin)
    assert text.version == 3
    assert in_force([minh.pk], TAKE_PART) == set()
    assert Consent.objects.get(pupil=minh, purpose=TAKE_PART, text_version=1).state == GIVEN
    assert [each.purpose for each in questions_for(minh, GUARDIAN) if each.is_open] == [
        TAKE_PART, PHOTO, SHOWCASE, PARTNER,
    ]  # fmt: skip
    answer(client, issued, take_part="given")
    assert in_force([minh.pk], TAKE_PART) == {minh.pk}
    assert Consent.objects.get(pupil=minh, purpose=TAKE_PART, text_version=1).state == ConsentState.EXPIRED


def test_an_answer_to_a_text_that_changed_while_it_was_read_is_refused(client, minh, issued):
    body = typed(client.get(door(issued)), photo="given") | {"step": "send"}
    admin = make_user("Hồ Anh Quân", is_superuser=True, is_staff=True)
    words = {"title": "Mới", "title_en": "New", "body": "Việc gì: khác", "body_en": "What: other"}
    publish_text(purpose=PHOTO, **words, in_force_from=timezone.localdate(), by=admin)
    assert client.post(door(issued), body).context["form"].non_field_errors()
    assert not Consent.objects.filter(state=GIVEN).exists()


def test_only_an_administrator_publishes_and_never_for_a_past_day(hanh, db):
    words = {"title": "A", "title_en": "A", "body": "A", "body_en": "A"}
    today = timezone.localdate()
    with pytest.raises(PermissionDenied):
        publish_text(purpose=PHOTO, **words, in_force_from=today, by=hanh)
    admin = make_user("Hồ Anh Quân", is_superuser=True, is_staff=True)
    with pytest.raises(Refused):
        publish_text(purpose=PHOTO, **words, in_force_from=today - timedelta(days=1), by=admin)


def test_the_back_office_adds_a_version_and_changes_none(as_user, school):
    client = as_user(make_administrator())
    words = {"purpose": PHOTO, "title": "Mới", "title_en": "New", "body": "Việc gì: khác", "body_en": "What: other"}
    add = reverse("admin:consents_consenttext_add")
    past = client.post(add, words | {"in_force_from": "01/01/2020"})
    assert past.context["adminform"].form.errors["in_force_from"]
    day = timezone.localdate() + timedelta(days=7)
    assert client.post(add, words | {"in_force_from": f"{day:%d/%m/%Y}"}).status_code == 302
    assert ConsentText.objects.get(purpose=PHOTO, version=2).in_force_from == day
    assert ModelLogEntry.objects.filter(action="consent_text.publish").count() == 1
    old = ConsentText.objects.get(purpose=PHOTO, version=1)
    change = reverse("admin:consents_consenttext_change", args=[old.pk])
    assert 'name="title"' not in client.get(change).content.decode()
    assert client.post(change, words | {"title": "Khác"}).status_code == 403
    assert client.post(reverse("admin:consents_consenttext_delete", args=[old.pk])).status_code == 403


def test_without_a_text_nothing_is_in_force(minh):
    give_consent(minh)
    ConsentText.objects.all().delete()
    assert in_force([minh.pk], TAKE_PART) == set()
    assert questions_for(minh, GUARDIAN) == []
