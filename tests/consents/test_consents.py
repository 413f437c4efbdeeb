"""Em Minh's consents: asked, given, refused, withdrawn; M01, M02, P08, and thầy Lâm who finds nothing."""

from __future__ import annotations

import re
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from wagtail.models import ModelLogEntry

from programs.accounts.models import SignInCard
from programs.consents.actions import consents as actions
from programs.consents.actions.links import issue_link, issue_links
from programs.consents.actions.texts import load_consent_texts, publish_text
from programs.consents.choices import ConsentChannel, ConsentGiver, ConsentPurpose, ConsentState
from programs.consents.models import Consent, ConsentText, GuardianLink, Signature
from programs.consents.personal import consent_forms
from programs.consents.queries.answers import questions_for
from programs.consents.queries.history import proof_holds
from programs.consents.queries.in_force import in_force, publishing_allowed
from programs.consents.queries.overviews import overview_of_pupils
from programs.consents.queries.visible import guardian_for_token
from programs.consents.rules import Answered
from programs.core.personal import Subject
from programs.core.refusals import Refused
from programs.notices.models import Message
from programs.schools.choices import SchoolState
from programs.schools.models import School
from tests.pages import main_of
from tests.people import (
    give_consent,
    make_administrator,
    make_class,
    make_coordinator,
    make_officer,
    make_outsider,
    make_pupil,
    make_school,
    make_teacher,
    make_user,
)

pytestmark = pytest.mark.django_db

TAKE_PART, PHOTO, SHOWCASE, PARTNER = ConsentPurpose.values
GUARDIAN, PUPIL = ConsentGiver.GUARDIAN, ConsentGiver.PUPIL
GIVEN, REFUSED = ConsentState.GIVEN, ConsentState.REFUSED


def years_ago(years: int) -> date:
    return timezone.localdate() - timedelta(days=366 * years)


@pytest.fixture
def school(db):
    load_consent_texts()
    return make_school()


@pytest.fixture
def hanh(school):
    return make_teacher(school=school)


@pytest.fixture
def class_8a1(school, hanh):
    return make_class("8A1", school=school, homeroom_teacher=hanh)


@pytest.fixture
def minh(class_8a1):
    return make_pupil(class_group=class_8a1, with_account=True, birth_date=years_ago(13))


@pytest.fixture
def issued(minh, hanh):
    return issue_link(pupil=minh, by=hanh, key="mot-la-thu")


@pytest.fixture
def as_user(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


def door(issued) -> str:
    return reverse("guardian_door", args=[issued.token])


def typed(page, **answers) -> dict:
    """What the guardian's form sends: its own hidden fields, a name, and the answers that were chosen."""
    form = page.context["form"]
    hidden = {field.html_name: field.value() for field in form.hidden_fields()}
    return hidden | {"name": "Nguyễn Văn Long", "relation": "cha"} | answers


def answer(client, issued, **answers):
    page = client.get(door(issued))
    return client.post(door(issued), typed(page, **answers) | {"step": "send"})


def scan(name: str = "phieu.png", colour: str = "white") -> SimpleUploadedFile:
    picture = BytesIO()
    Image.new("RGB", (60, 80), colour).save(picture, "PNG")
    return SimpleUploadedFile(name, picture.getvalue())


# --- The guardian's page ------------------------------------------------------------------------
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


# --- Withdrawing --------------------------------------------------------------------------------
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


# --- Proof --------------------------------------------------------------------------------------
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


# --- Texts --------------------------------------------------------------------------------------
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


# --- Who gives what -----------------------------------------------------------------------------
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
    client = as_user(minh.user)
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
    own, at_own_page = as_user(minh.user), reverse("my_consent", args=[PHOTO])
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


# --- P08: the guardian's door shuts by rule -----------------------------------------------------
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


# --- Links and papers at school -----------------------------------------------------------------
def test_the_same_form_sent_twice_returns_the_same_links_and_a_new_one_voids_the_old(minh, hanh):
    first = issue_links(pupils=[minh], by=hanh, key="a")
    again = issue_links(pupils=[minh], by=hanh, key="a")
    assert [each.token for each in first] == [each.token for each in again]
    newer = issue_links(pupils=[minh], by=hanh, key="b")
    assert guardian_for_token(first[0].token) is None
    assert guardian_for_token(newer[0].token) is not None
    with pytest.raises(Refused):
        issue_links(pupils=[minh], by=hanh, key="a")


def test_letters_for_the_class_are_made_once_for_those_whose_guardians_are_asked(as_user, minh, class_8a1, hanh):
    make_pupil("Lê Bảo Lan", class_group=class_8a1, birth_date=years_ago(19))
    address = reverse("consent_sheet", args=[class_8a1.pk])
    response = as_user(hanh).post(address, {"idempotency_key": "in-thu"})
    assert response["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF")
    assert GuardianLink.objects.count() == 1
    assert Consent.objects.filter(pupil=minh, state=ConsentState.ASKED).count() == 7  # four of the guardian, three own


def test_a_class_of_adults_gets_no_letters_and_is_told_why(as_user, class_8a1, hanh):
    make_pupil("Lê Bảo Lan", class_group=class_8a1, birth_date=years_ago(19))
    page = as_user(hanh).post(reverse("consent_sheet", args=[class_8a1.pk]), {"idempotency_key": "in-thu"})
    [error] = page.context["form"].non_field_errors()
    assert error in page.content.decode()
    assert not GuardianLink.objects.exists()


def test_a_new_link_for_one_family_is_a_letter_to_hand_over_and_no_address_on_a_page(as_user, minh, hanh):
    client = as_user(hanh)
    letter = client.post(reverse("consent_link", args=[minh.pk]), {"idempotency_key": "k"})
    assert letter["Content-Type"] == "application/pdf"
    assert "/g/" not in client.get(reverse("consent_pupil", args=[minh.pk])).content.decode()
    assert GuardianLink.objects.filter(pupil=minh, voided_at=None).count() == 1


# --- No weaker door: who hands links over neither opens nor answers them -------------------------
def test_only_the_class_teacher_and_the_coordinator_make_letters(as_user, school, minh, class_8a1, hanh, issued):
    hoa = make_teacher("Đỗ Hoài My", school=school)
    addresses = [reverse("consent_sheet", args=[class_8a1.pk]), reverse("consent_link", args=[minh.pk])]
    client = as_user(hoa)
    for address in addresses:
        assert client.get(address).status_code == 403
        assert client.post(address, {"idempotency_key": "k"}).status_code == 403
        assert address not in client.get(reverse("consent_class", args=[class_8a1.pk])).content.decode()
        assert address not in client.get(reverse("consent_pupil", args=[minh.pk])).content.decode()
    with pytest.raises(PermissionDenied):
        issue_links(pupils=[minh], by=hoa, key="k")
    assert guardian_for_token(issued.token) == issued.link  # the family's link lives on
    client = as_user(make_coordinator(school=school))
    assert {client.get(address).status_code for address in addresses} == {200}


def test_the_schools_own_session_neither_reads_nor_answers_behind_a_guardians_link(as_user, school, minh, hanh, issued):
    client = as_user(hanh)
    page = client.get(door(issued))
    assert page.status_code == 403
    assert minh.public_name not in main_of(page)
    sent = {"take_part": "given", "take_part_version": 1, "name": "Mẹ Giả Mạo", "relation": "mẹ", "step": "send"}
    for address in (door(issued), reverse("guardian_purpose", args=[issued.token, TAKE_PART])):
        assert client.post(address, sent).status_code == 403
    assert not Consent.objects.exclude(state=ConsentState.ASKED).exists()
    stopped = ModelLogEntry.objects.filter(action="guardian_link.stop")
    assert {entry.user for entry in stopped} == {hanh}
    assert as_user(make_officer()).get(door(issued)).status_code == 403
    assert as_user(make_administrator()).get(door(issued)).status_code == 403
    # Cô Hạnh's colleague at another school may be the mother: her own session is no obstacle.
    assert as_user(make_outsider()).get(door(issued)).status_code == 200


def test_a_pupils_own_yes_from_an_account_that_a_card_just_opened_is_marked(as_user, minh, hanh):
    """Cô Hạnh printed the card and could have used it herself: the page says so, to whoever relies on the answer."""
    now = timezone.now()
    consent = give_consent(minh, purpose=PHOTO, givers=(PUPIL,))[0]
    card = SignInCard.objects.create(
        user=minh.user, code_hash="x", issued_by=hanh, expires_at=now, used_at=now - timedelta(hours=3)
    )
    Consent.objects.filter(pk=consent.pk).update(channel=ConsentChannel.ACCOUNT, changed_at=now)
    client, page = as_user(hanh), reverse("consent_pupil", args=[minh.pk])
    marked = f"thẻ do {hanh.full_name} in"
    assert marked in client.get(page).content.decode()
    SignInCard.objects.filter(pk=card.pk).update(used_at=now - timedelta(days=2))
    assert marked not in client.get(page).content.decode()


def test_who_signed_and_the_scan_are_for_those_who_know_the_guardian(as_user, school, minh, class_8a1, hanh):
    consent = give_consent(minh)[0]
    signed = {"channel": ConsentChannel.PAPER, "relation": "mẹ"}
    Consent.objects.filter(pk=consent.pk).update(given_by_name="Phan Thị Thủy", **signed)
    line = Signature.objects.create(
        pupil=minh, purpose=consent.purpose, giver=consent.giver, text_version=consent.text_version, said="given",
        signed_at=timezone.now(), name="Phan Thị Thủy", evidence_path="consents/phieu.jpg", school=school, **signed,
    )  # fmt: skip
    type(minh).objects.update(guardian_name="Phan Thị Thủy")
    storages["private"].save("consents/phieu.jpg", SimpleUploadedFile("x.jpg", b"anh"))
    page, scanned = reverse("consent_pupil", args=[minh.pk]), reverse("consent_scan", args=[line.pk])
    paper_form = reverse("consent_paper", args=[class_8a1.pk])
    seen = {}
    for person in (hanh, make_coordinator(school=school), make_teacher("Đỗ Hoài My", school=school)):
        client = as_user(person)
        text = client.get(page).content.decode()
        named = ["Phan Thị Thủy" in text, scanned in text, "Phan Thị Thủy" in client.get(paper_form).content.decode()]
        answer = client.get(scanned)
        answer.close()
        seen[person.full_name] = {*named, answer.status_code == 200}
    assert [*seen.values()] == [{True}, {True}, {False}]


def paper(minh, **changes) -> dict:
    return {
        "idempotency_key": "giay-1",
        "signed_on": f"{timezone.localdate():%d/%m/%Y}",
        "signed_by": ["guardian", "pupil"],
        "take_part": "given",
        "photo": "given",
        "showcase": "refused",
        f"pupil_{minh.pk}": "on",
        f"name_{minh.pk}": "Trần Thị Nga",
        f"relation_{minh.pk}": "mẹ",
        "scan": scan(),
    } | changes


def scans() -> set[str]:
    private = storages["private"]
    return set(private.listdir("consents")[1]) if private.exists("consents") else set()


def test_a_scan_that_proves_nothing_is_not_kept(as_user, class_8a1, hanh):
    """Of a child under seven nobody asks the child itself: no question applied, so no names and signatures stay."""
    an = make_pupil("Lê Bảo An", class_group=class_8a1, birth_date=years_ago(6))
    client, address, before = as_user(hanh), reverse("consent_paper", args=[class_8a1.pk]), scans()
    assert client.post(address, paper(an, signed_by=["pupil"])).status_code == 302
    assert scans() == before
    for _ in range(2):
        client.post(address, paper(an, idempotency_key="giay-2"))
    assert len(scans() - before) == 1


def test_a_paper_form_counts_with_its_scan_and_says_who_wrote_it_down(as_user, minh, class_8a1, hanh):
    client = as_user(hanh)
    address = reverse("consent_paper", args=[class_8a1.pk])
    for _ in range(2):
        assert client.post(address, paper(minh)).status_code == 302
    consent = Consent.objects.get(pupil=minh, purpose=PHOTO, giver=GUARDIAN)
    assert (consent.state, consent.channel, consent.recorded_by) == (GIVEN, ConsentChannel.PAPER, hanh)
    assert (consent.given_by_name, consent.relation) == ("Trần Thị Nga", "mẹ")
    assert publishing_allowed([minh.pk], PHOTO) == {minh.pk}
    assert in_force([minh.pk], TAKE_PART) == {minh.pk}
    assert Consent.objects.get(pupil=minh, purpose=SHOWCASE, giver=PUPIL).state == REFUSED
    assert not Consent.objects.filter(pupil=minh, purpose=PARTNER).exists()
    line = Signature.objects.get(pupil=minh, purpose=PHOTO, giver=GUARDIAN)
    assert line.evidence_path.startswith("consents/")
    assert minh.full_name not in line.evidence_path
    download = client.get(reverse("consent_scan", args=[line.pk]))
    data = b"".join(download.streaming_content)
    assert data.startswith(b"\xff\xd8")  # drawn again
    assert "attachment" in download["Content-Disposition"]
    assert Signature.objects.values("evidence_path").exclude(evidence_path="").distinct().count() == 1


def test_a_scan_of_several_forms_is_handed_over_to_none_of_the_families(as_user, minh, class_8a1, hanh):
    other = make_pupil("Lê Bảo An", class_group=class_8a1)
    both = {f"pupil_{other.pk}": "on", f"name_{other.pk}": "Lê Văn Tư", f"relation_{other.pk}": "cha"}
    as_user(hanh).post(reverse("consent_paper", args=[class_8a1.pk]), paper(minh, **both))
    assert Consent.objects.filter(pupil=other, purpose=PHOTO, state=GIVEN).exists()
    assert list(consent_forms(Subject(pupil_ids=(minh.pk,)))) == []
    assert len(list(consent_forms(Subject(pupil_ids=(minh.pk, other.pk))))) > 0


@pytest.mark.parametrize(
    "changes",
    [
        {"scan": ""},
        {"scan": SimpleUploadedFile("phieu.pdf", b"<script>alert(1)</script>")},
        {"scan": SimpleUploadedFile("phieu.png", b"MZ" + b"\x00" * 100)},
        {"signed_on": "31/12/2099"},
        {"signed_on": "01/01/2020"},  # on another text
        {"signed_by": []},
        {"take_part": "", "photo": "", "showcase": ""},
    ],
)
def test_a_paper_form_that_proves_nothing_is_refused(as_user, minh, class_8a1, hanh, changes):
    page = as_user(hanh).post(reverse("consent_paper", args=[class_8a1.pk]), paper(minh, **changes))
    assert page.status_code == 200
    assert page.context["form"].errors
    assert not Consent.objects.filter(state=GIVEN).exists()


def test_no_form_is_recorded_without_the_name_of_the_signer(as_user, minh, class_8a1, hanh):
    before = scans()
    page = as_user(hanh).post(reverse("consent_paper", args=[class_8a1.pk]), paper(minh, **{f"name_{minh.pk}": ""}))
    assert page.context["form"].errors
    after = scans()
    assert before == after  # a refused scan is not kept


def test_the_school_writes_down_a_withdrawal_by_word_of_mouth(as_user, minh, hanh):
    consent = give_consent(minh)[0]
    as_user(hanh).post(reverse("consent_withdraw", args=[consent.pk]), {"reason": "Mẹ em gọi điện"})
    consent.refresh_from_db()
    assert consent.state == ConsentState.WITHDRAWN
    assert in_force([minh.pk], TAKE_PART) == set()


# --- Overviews and outsiders --------------------------------------------------------------------
def test_the_matrix_says_what_is_in_the_way(minh):
    def cells() -> dict:
        return {cell.purpose: (cell.state, cell.label) for cell in overview_of_pupils([minh])[0].cells}

    assert {state for state, _label in cells().values()} == {"not_asked"}
    give_consent(minh)
    give_consent(minh, purpose=PHOTO, givers=(GUARDIAN,))
    give_consent(minh, purpose=SHOWCASE, givers=(PUPIL,))
    seen = cells()
    assert seen[TAKE_PART][0] == GIVEN
    assert seen[PHOTO][0] == seen[SHOWCASE][0] == ConsentState.ASKED
    assert seen[PHOTO][1] != seen[SHOWCASE][1]


def test_the_outsider_finds_nothing_and_an_officer_reads_figures_only(as_user, school, minh, class_8a1):
    consent = give_consent(minh)[0]
    scan = Signature.objects.create(
        pupil=minh, purpose=PHOTO, text_version=1, giver=GUARDIAN, said=GIVEN, signed_at=timezone.now(), school=school,
        evidence_path="consents/a.pdf",
    )  # fmt: skip
    lam = make_outsider()
    addresses = [
        reverse("consent_overview", args=[school.code]),
        reverse("consent_class", args=[class_8a1.pk]),
        reverse("consent_sheet", args=[class_8a1.pk]),
        reverse("consent_forms", args=[class_8a1.pk]),
        reverse("consent_paper", args=[class_8a1.pk]),
        reverse("consent_pupil", args=[minh.pk]),
        reverse("consent_link", args=[minh.pk]),
        reverse("consent_withdraw", args=[consent.pk]),
        reverse("consent_settle", args=[consent.pk]),
        reverse("consent_scan", args=[scan.pk]),
        reverse("my_consents"),
    ]
    client = as_user(lam)
    assert {client.get(address).status_code for address in addresses} == {404}
    assert {client.post(address, {"idempotency_key": "x"}).status_code for address in addresses[1:]} <= {404, 405}
    client = as_user(make_officer())
    page = client.get(addresses[0])
    assert page.status_code == 200
    assert "8A1" not in main_of(page)
    assert page.context["whole"].in_force[TAKE_PART] == 1
    assert {client.get(address).status_code for address in addresses[1:]} == {404}


def test_links_are_made_by_the_pupils_own_school_only(minh):
    lam = make_outsider()
    with pytest.raises(PermissionDenied):
        issue_link(pupil=minh, by=lam, key="k")
    assert not GuardianLink.objects.exists()


def test_a_suspended_school_gives_out_nothing_and_still_records_that_a_consent_was_withdrawn(
    as_user, minh, hanh, class_8a1
):
    consent, client = give_consent(minh)[0], as_user(hanh)
    School.objects.update(state=SchoolState.SUSPENDED)
    page = client.get(reverse("consent_pupil", args=[minh.pk])).content.decode()
    assert reverse("consent_withdraw", args=[consent.pk]) in page
    for name, pk in (("consent_link", minh.pk), ("consent_paper", class_8a1.pk)):
        assert reverse(name, args=[pk]) not in page
    assert client.get(reverse("consent_link", args=[minh.pk])).status_code == 403
    assert client.post(reverse("consent_withdraw", args=[consent.pk])).status_code == 302
    consent.refresh_from_db()
    assert consent.state == ConsentState.WITHDRAWN


def test_lists_cost_the_same_with_one_and_three(as_user, school, class_8a1, hanh, django_assert_num_queries):
    client = as_user(hanh)
    pages = [
        (reverse("consent_class", args=[class_8a1.pk]), CLASS_QUERIES),
        (reverse("consent_overview", args=[school.code]), SCHOOL_QUERIES),
    ]
    for number in range(3):
        pupil = make_pupil(f"Lê Văn {number}", class_group=class_8a1)
        give_consent(pupil)
        issue_link(pupil=pupil, by=hanh, key=f"k{number}")
        if number == 1:
            continue
        for address, count in pages:
            client.get(address)
            with django_assert_num_queries(count):
                client.get(address)


CLASS_QUERIES = 12  # session, user, second factor; roles 2; class; pupils, texts, consents, links; the frame 3
SCHOOL_QUERIES = 13  # session, user, roles 2; school; year, text of today and consents, places, classes, withdrawals; 3
