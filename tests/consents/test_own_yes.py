"""A pupil's own yes: with their own secret, and not from a card that somebody else held (decision 007)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from programs.accounts.models import SignInCard
from programs.consents.choices import ConsentState
from programs.consents.models import Consent
from programs.consents.queries.answers import questions_for
from programs.consents.queries.in_force import publishing_allowed
from programs.consents.queries.overviews import overview_of_pupils
from tests.consents.family import GIVEN, GUARDIAN, PHOTO, PUPIL, answer, door, typed, with_secret, years_ago
from tests.people import PASSWORD, make_pupil

pytestmark = pytest.mark.django_db
SOON_AFTER = "không lâu sau khi tài khoản được mở bằng thẻ"


@pytest.fixture
def card(minh, hanh):
    """Cô Hạnh printed it; it opened Minh's account three hours ago, in whoever's hand."""
    used = timezone.now() - timedelta(hours=3)
    return SignInCard.objects.create(
        user=minh.user, code_hash="x", issued_by=hanh, expires_at=used + timedelta(days=30), used_at=used
    )


def says(client, said: str = "given"):
    page = client.get(reverse("my_consent", args=[PHOTO]))
    body = typed(page, photo=said)
    return client.post(reverse("my_consent", args=[PHOTO]), body)


def state(minh, giver=PUPIL) -> str:
    return Consent.objects.get(pupil=minh, purpose=PHOTO, giver=giver).state


def is_shown(minh) -> bool:
    return bool(publishing_allowed([minh.pk], PHOTO))


# --- A computer left open -------------------------------------------------------------------------
def test_a_computer_left_open_says_no_yes(as_user, minh):
    client = as_user(minh.user)
    asked = says(client)
    assert reverse("account_reauthenticate") in asked["Location"]
    assert not Consent.objects.filter(pupil=minh, giver=PUPIL, state=GIVEN).exists()
    says(with_secret(client))
    assert state(minh) == GIVEN


def test_the_answer_is_not_lost_while_the_secret_is_asked_for(as_user, minh):
    client = as_user(minh.user)
    asked = says(client)
    client.post(asked["Location"], {"password": PASSWORD})
    assert state(minh) == GIVEN


def test_a_no_and_a_withdrawal_ask_for_nothing(as_user, minh):
    client = as_user(minh.user)
    says(client, "refused")
    assert state(minh) == ConsentState.REFUSED
    says(with_secret(client))
    asked = client.get(reverse("my_consent", args=[PHOTO])).content.decode()
    assert "Trên cổng dừng ngay, và nhà trường được báo." in asked  # before it is done, what it does
    client.post(reverse("my_consent", args=[PHOTO]), {"withdraw": "True"})
    assert state(minh) == ConsentState.WITHDRAWN


# --- An account that a card has just opened -------------------------------------------------------
def test_a_yes_of_a_just_opened_account_waits_until_the_guardian_has_seen_it(as_user, client, minh, hanh, issued, card):
    """Whoever held the sheet of cards could have given it: only the mother's own link is closed to them."""
    answer(client, issued, photo="given")
    as_user(minh.user)
    says(with_secret(client))
    assert state(minh) == GIVEN
    assert not is_shown(minh)
    [cell] = [each for each in overview_of_pupils([minh])[0].cells if each.purpose == PHOTO]
    assert (cell.state, cell.label) == (ConsentState.ASKED, "Chờ người giám hộ xem câu trả lời của học sinh")
    assert "khi cha mẹ hoặc người giám hộ đã đọc" in client.get(reverse("my_consents")).content.decode()
    assert f"thẻ do {hanh.full_name} in" in as_user(hanh).get(reverse("consent_pupil", args=[minh.pk])).content.decode()

    client.logout()
    page = client.get(door(issued))
    assert SOON_AFTER in page.content.decode()
    assert PHOTO in [question.purpose for question, _field in page.context["form"].asked]  # she is asked once more
    answer(client, issued, photo="given")
    assert is_shown(minh)
    after = client.get(door(issued))
    assert PHOTO not in [question.purpose for question, _field in after.context["form"].asked]


def test_a_guardians_page_that_was_open_before_does_not_count_as_having_seen_it(as_user, client, minh, issued, card):
    body = typed(client.get(door(issued)), photo="given") | {"step": "send"}
    as_user(minh.user)
    says(with_secret(client))
    client.logout()
    refused = client.post(door(issued), body)
    assert refused.context["form"].non_field_errors()
    assert not is_shown(minh)


def test_the_guardian_who_learns_of_a_forged_yes_says_no(as_user, client, minh, issued, card):
    answer(client, issued, photo="given")
    as_user(minh.user)
    says(with_secret(client))
    client.logout()
    answer(client, issued, photo="refused")
    assert state(minh, GUARDIAN) == ConsentState.REFUSED
    assert not is_shown(minh)


def test_a_week_later_the_account_is_the_pupils_own_and_the_guardian_still_reads_of_the_yes(
    as_user, client, minh, issued, card
):
    SignInCard.objects.filter(pk=card.pk).update(used_at=timezone.now() - timedelta(days=8))
    answer(client, issued, photo="given")
    as_user(minh.user)
    says(with_secret(client))
    assert is_shown(minh)
    client.logout()
    page = client.get(door(issued)).content.decode()
    assert "bằng tài khoản của mình" in page
    assert SOON_AFTER not in page


def test_who_decides_alone_agrees_a_week_later_or_on_paper(as_user, class_8a1, hanh):
    """No guardian is asked who could see it: the yes itself waits, and a no does not."""
    lan = make_pupil("Lê Bảo Lan", class_group=class_8a1, with_account=True, birth_date=years_ago(18))
    used = timezone.now() - timedelta(days=2)
    SignInCard.objects.create(user=lan.user, code_hash="y", issued_by=hanh, expires_at=used, used_at=used)
    client = with_secret(as_user(lan.user))
    page = says(client)
    assert page.context["form"].non_field_errors()
    assert f"{timezone.localdate() + timedelta(days=6):%d/%m/%Y}" in page.content.decode()
    says(client, "refused")
    assert state(lan) == ConsentState.REFUSED
    SignInCard.objects.update(used_at=timezone.now() - timedelta(days=8))
    says(client)
    assert is_shown(lan)


def test_each_giver_reads_what_the_other_said(minh):
    assert [question.others_yes for question in questions_for(minh, GUARDIAN)] == [None] * 4
