"""A consent is withdrawn and given again, and what proves it (M02)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from programs.consents.actions import consents as actions
from programs.consents.choices import ConsentState
from programs.consents.models import Consent, ConsentText
from programs.consents.queries.history import proof_holds
from programs.consents.queries.in_force import publishing_allowed
from programs.notices.models import Message
from tests.consents.family import (
    GIVEN,
    GUARDIAN,
    PARTNER,
    PHOTO,
    PUPIL,
    SHOWCASE,
    TAKE_PART,
    answer,
    door,
    typed,
)
from tests.people import (
    give_consent,
    make_coordinator,
)

pytestmark = pytest.mark.django_db


def test_m02_withdrawing_stops_the_use_at_once_and_the_log_keeps_that_it_existed(client, school, minh, hanh, issued):
    phuc = make_coordinator(school=school)
    give_consent(minh, purpose=SHOWCASE, givers=(PUPIL,))
    answer(client, issued, showcase="given")
    assert publishing_allowed([minh.pk], SHOWCASE) == {minh.pk}

    address = reverse("guardian_purpose", args=[issued.token, SHOWCASE])
    assert client.get(address).status_code == 200
    assert (
        client.post(address, {"withdraw": "True"}).status_code == 302
    )  # one press on the page, one to confirm; nothing is typed
    assert publishing_allowed([minh.pk], SHOWCASE) == set()

    consent = Consent.objects.get(pupil=minh, purpose=SHOWCASE, giver=GUARDIAN)
    assert consent.state == ConsentState.WITHDRAWN
    assert consent.given_at
    assert consent.evidence_hash
    moves = ModelLogEntry.objects.filter(object_id=str(consent.pk), action__startswith="consent.")
    assert [entry.action for entry in moves.order_by("timestamp")] == ["consent.give", "consent.withdraw"]
    told = Message.objects.filter(kind="consent_withdrawn")
    assert set(told.values_list("recipient_id", flat=True)) == {phuc.pk, hanh.pk}
    assert all("Minh" not in message.body_text + message.subject for message in told)
    stop_by = f"{timezone.localdate() + timedelta(days=15):%d/%m/%Y}"
    assert stop_by in told[0].body_text
    assert stop_by in client.get(door(issued)).content.decode()


def test_what_is_shared_with_partners_has_twenty_days_and_says_so(client, minh, hanh, issued):
    give_consent(minh, purpose=PARTNER)
    actions.withdraw_as_guardian(link_id=issued.link.pk, purpose=PARTNER)
    text = Message.objects.get(kind="consent_withdrawn").body_text
    assert f"{timezone.localdate() + timedelta(days=20):%d/%m/%Y}" in text
    assert len(text.splitlines()) > 5  # and to tell the partners


def test_agreeing_again_after_a_withdrawal_is_a_new_proof(client, minh, issued):
    answer(client, issued, take_part="given")
    first = Consent.objects.get(pupil=minh, purpose=TAKE_PART).evidence_hash
    client.post(reverse("guardian_purpose", args=[issued.token, TAKE_PART]), {"withdraw": "True"})
    page = client.get(reverse("guardian_purpose", args=[issued.token, TAKE_PART]))
    client.post(
        reverse("guardian_purpose", args=[issued.token, TAKE_PART]), typed(page, take_part="given") | {"step": "send"}
    )
    consent = Consent.objects.get(pupil=minh, purpose=TAKE_PART)
    assert consent.state == GIVEN
    assert consent.withdrawn_at is None
    assert consent.evidence_hash != first
    kept = ModelLogEntry.objects.filter(object_id=str(consent.pk), action="consent.give")
    assert {entry.data["after"]["evidence"] for entry in kept} == {first, consent.evidence_hash}


def test_an_auditor_can_recompute_the_proof_and_sees_what_was_changed_behind_it(client, minh, issued):
    answer(client, issued, take_part="given")
    consent = Consent.objects.get(pupil=minh, purpose=TAKE_PART)
    assert proof_holds(consent) is True
    entry = ModelLogEntry.objects.get(action="consent.give")
    assert "Long" not in str(entry.data)
    Consent.objects.filter(pk=consent.pk).update(given_by_name="Người khác")
    assert proof_holds(Consent.objects.get(pk=consent.pk)) is False
    Consent.objects.filter(pk=consent.pk).update(given_by_name="Nguyễn Văn Long")
    ConsentText.objects.filter(purpose=TAKE_PART).update(body="Khác")
    assert proof_holds(Consent.objects.get(pk=consent.pk)) is False


def test_the_table_itself_refuses_a_consent_without_proof(minh):
    with pytest.raises(IntegrityError), transaction.atomic():
        Consent.objects.create(pupil=minh, purpose=PHOTO, giver=GUARDIAN, state=GIVEN, given_at=timezone.now())
