"""The ledger: the last signature wins by its day; two guardians; birthdays; a pupil who moves to another school."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from programs.consents import rules
from programs.consents.actions import consents as actions
from programs.consents.actions.links import issue_link
from programs.consents.actions.settling import settle
from programs.consents.actions.texts import load_consent_texts
from programs.consents.choices import ConsentGiver, ConsentPurpose, ConsentState
from programs.consents.models import Consent, ConsentText, Signature
from programs.consents.queries.answers import answers_of, fingerprint
from programs.consents.queries.in_force import publishing_allowed
from programs.consents.queries.overviews import overview_of_pupils
from programs.consents.rules import Answered, Paper, SignedForms
from programs.core.refusals import Refused
from programs.notices.models import Message
from programs.schools.models import Membership
from programs.uploads.reading.cleaning import CleanFile
from tests.people import make_class, make_coordinator, make_outsider, make_pupil, make_school, make_teacher

pytestmark = pytest.mark.django_db

TAKE_PART, PHOTO, SHOWCASE, PARTNER = ConsentPurpose.values
GUARDIAN, PUPIL = ConsentGiver.GUARDIAN, ConsentGiver.PUPIL
GIVEN, REFUSED, WITHDRAWN, DISPUTED = (
    ConsentState.GIVEN,
    ConsentState.REFUSED,
    ConsentState.WITHDRAWN,
    ConsentState.DISPUTED,
)
NGA, LONG = ("Trần Thị Nga", "mẹ"), ("Nguyễn Văn Long", "bố")


def years_ago(years: int) -> date:
    return timezone.localdate() - timedelta(days=366 * years)


def days_ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)


@pytest.fixture
def school(db):
    load_consent_texts()
    ConsentText.objects.update(in_force_from=days_ago(200))
    return make_school()


@pytest.fixture
def hanh(school):
    return make_teacher(school=school)


@pytest.fixture
def minh(school, hanh):
    group = make_class("8A1", school=school, homeroom_teacher=hanh)
    return make_pupil(class_group=group, with_account=True, birth_date=years_ago(13))


@pytest.fixture
def mother(minh, hanh):
    return issue_link(pupil=minh, by=hanh, key="me", relation="mẹ").link


@pytest.fixture
def father(minh, hanh, mother):
    return issue_link(pupil=minh, by=hanh, key="cha", relation="cha").link


def says(link, who, said, purpose=PHOTO) -> None:
    actions.answer_as_guardian(
        link_id=link.pk,
        answered=Answered({purpose: said}, {purpose: 1}),
        name=who[0],
        relation=who[1],
        seen=fingerprint(answers_of(link.pupil, GUARDIAN)),
        language="vi",
    )


def says_self(minh, said, purpose=PHOTO) -> None:
    seen = fingerprint(answers_of(minh, PUPIL))
    actions.answer_as_pupil(
        pupil_id=minh.pk, answered=Answered({purpose: said}, {purpose: 1}), seen=seen, language="vi", by=minh.user
    )


def scan() -> CleanFile:
    picture = BytesIO()
    Image.new("RGB", (60, 80), "white").save(picture, "JPEG")
    return CleanFile(data=picture.getvalue(), content_type="image/jpeg", extension="jpg")


def paper(minh, by, said, on, *, who=NGA, signed_by=(GUARDIAN,), key="giay", is_later="") -> None:
    forms = SignedForms([Paper(minh.pk, *who)], list(signed_by), {PHOTO: said}, signed_on=on, is_later=is_later)
    actions.record_papers(school=minh.school, signed=forms, scan=scan(), by=by, key=key)


def state(minh, giver=GUARDIAN, purpose=PHOTO) -> str:
    return Consent.objects.get(pupil=minh, purpose=purpose, giver=giver).state


def is_shown(minh) -> bool:
    return bool(publishing_allowed([minh.pk], PHOTO))


# --- The last signature wins, by its day --------------------------------------------------------
def test_an_older_paper_never_revives_a_withdrawn_consent(client, minh, hanh, mother):
    says_self(minh, GIVEN)
    says(mother, NGA, GIVEN)
    actions.withdraw_as_guardian(link_id=mother.pk, purpose=PHOTO)
    clock = Consent.objects.get(pupil=minh, purpose=PHOTO, giver=GUARDIAN).withdrawn_at
    paper(minh, hanh, GIVEN, days_ago(10))
    consent = Consent.objects.get(pupil=minh, purpose=PHOTO, giver=GUARDIAN)
    assert (consent.state, consent.withdrawn_at) == (WITHDRAWN, clock)
    assert not is_shown(minh)
    assert Signature.objects.filter(pupil=minh, purpose=PHOTO, channel="paper").count() == 1
    client.force_login(hanh)
    assert "bản giấy cũ hơn" in client.get(reverse("consent_pupil", args=[minh.pk])).content.decode()


def test_an_older_paper_revives_nothing_that_the_pupil_withdrew(minh, hanh, mother):
    says(mother, NGA, GIVEN)
    says_self(minh, GIVEN)
    actions.withdraw_as_pupil(pupil_id=minh.pk, purpose=PHOTO, by=minh.user)
    paper(minh, hanh, GIVEN, days_ago(10), signed_by=(GUARDIAN, PUPIL))
    assert state(minh, PUPIL) == WITHDRAWN
    assert not is_shown(minh)


def test_papers_in_any_order_end_at_the_same(minh, hanh):
    for number, (said, day) in enumerate([(GIVEN, 3), (REFUSED, 9), (GIVEN, 20)]):
        paper(minh, hanh, said, days_ago(day), key=f"k{number}")
    assert state(minh) == GIVEN
    paper(minh, hanh, REFUSED, days_ago(2), key="k4")
    paper(minh, hanh, GIVEN, days_ago(8), key="k5")
    assert state(minh) == REFUSED


def test_a_paper_of_the_same_day_asks_which_came_last(minh, hanh):
    paper(minh, hanh, REFUSED, days_ago(3), key="a")
    with pytest.raises(Refused) as caught:
        paper(minh, hanh, GIVEN, days_ago(3), key="b")
    assert caught.value.refusal.field == "is_later"
    paper(minh, hanh, GIVEN, days_ago(3), key="c", is_later=rules.EARLIER)
    assert state(minh) == REFUSED
    paper(minh, hanh, GIVEN, days_ago(3), key="d", is_later=rules.LATER)
    assert state(minh) == GIVEN


def test_the_form_shows_the_question_about_one_day_only_when_it_is_one(client, minh, hanh):
    paper(minh, hanh, REFUSED, days_ago(3), key="a")
    client.force_login(hanh)
    address = reverse("consent_paper", args=[minh.enrolments.get().class_group_id])
    assert 'name="is_later"' not in client.get(address).content.decode()
    picture = SimpleUploadedFile("phieu.jpg", scan().data)
    typed = {
        "idempotency_key": "b", "signed_on": f"{days_ago(3):%d/%m/%Y}", "signed_by": ["guardian"], "photo": "given",
        f"pupil_{minh.pk}": "on", f"name_{minh.pk}": NGA[0], f"relation_{minh.pk}": NGA[1], "scan": picture,
    }  # fmt: skip
    assert 'name="is_later"' in client.post(address, typed).content.decode()


# --- Two guardians ------------------------------------------------------------------------------
def test_mother_and_father_each_keep_their_link(minh, hanh, mother, father):
    newer = issue_link(pupil=minh, by=hanh, key="me-2", relation="mẹ").link
    for link in (mother, father, newer):
        link.refresh_from_db()
    assert mother.voided_at
    assert not father.voided_at
    assert not newer.voided_at


def test_a_disagreement_freezes_and_is_settled_when_both_say_the_same(client, minh, hanh, mother, father):
    says_self(minh, GIVEN)
    says(mother, NGA, GIVEN)
    assert is_shown(minh)
    actions.withdraw_as_guardian(link_id=father.pk, purpose=PHOTO)
    assert state(minh) == DISPUTED
    assert not is_shown(minh)
    assert Signature.objects.get(pupil=minh, said=WITHDRAWN).relation == "cha"  # who withdrew is on record
    assert Message.objects.filter(kind="consent_disputed", recipient=hanh).count() == 1
    says(mother, NGA, GIVEN)  # repeating one's own word settles nothing
    assert state(minh) == DISPUTED
    client.force_login(hanh)
    assert "Hai người giám hộ không thống nhất" in client.get(reverse("consent_pupil", args=[minh.pk])).content.decode()
    says(father, LONG, GIVEN)
    assert state(minh) == GIVEN
    assert is_shown(minh)


def test_both_guardians_read_on_their_pages_that_they_disagree(client, minh, hanh):
    issued = [issue_link(pupil=minh, by=hanh, key=word, relation=word) for word in ("mẹ", "cha")]
    says(issued[0].link, NGA, GIVEN)
    says(issued[1].link, LONG, GIVEN)
    actions.withdraw_as_guardian(link_id=issued[1].link.pk, purpose=PHOTO)
    says(issued[0].link, NGA, GIVEN, SHOWCASE)
    actions.withdraw_as_guardian(link_id=issued[1].link.pk, purpose=SHOWCASE)
    for each in issued:
        page = client.get(reverse("guardian_door", args=[each.token])).content.decode()
        assert "Người giám hộ kia trả lời khác" in page
        # Before any new question, for that is why they come, and again beside the question itself.
        assert page.index("Hai người giám hộ không thống nhất: ") < page.index('name="name"')
        once_more = client.get(reverse("guardian_purpose", args=[each.token, PHOTO])).content.decode()
        assert "Người giám hộ kia trả lời khác" in once_more


def test_the_school_records_on_paper_how_it_was_settled(client, minh, hanh, mother, father):
    says_self(minh, GIVEN)
    says(mother, NGA, GIVEN)
    actions.withdraw_as_guardian(link_id=father.pk, purpose=PHOTO)
    consent = Consent.objects.get(pupil=minh, purpose=PHOTO, giver=GUARDIAN)
    facts = {"consent_id": consent.pk, "answer": GIVEN, "reason": "Cả hai đến trường", "by": hanh}
    with pytest.raises(Refused):
        settle(signed_on=days_ago(4), scan=scan(), **facts)  # older than what they said
    client.force_login(hanh)
    typed = {"answer": "given", "signed_on": f"{timezone.localdate():%d/%m/%Y}", "reason": "Cả hai đến trường"}
    address = reverse("consent_settle", args=[consent.pk])
    answer = client.post(address, typed | {"scan": SimpleUploadedFile("giay.jpg", scan().data)})
    assert answer.status_code == 302
    assert state(minh) == GIVEN
    assert is_shown(minh)
    with pytest.raises(Refused):
        settle(signed_on=timezone.localdate(), scan=scan(), **facts)
    actions.withdraw_as_guardian(link_id=father.pk, purpose=PHOTO)  # and each may change their mind again
    assert state(minh) == DISPUTED


def test_a_withdrawal_is_told_to_who_holds_the_role_now(school, minh, hanh, mother):
    phuc = make_coordinator(school=school)
    says(mother, NGA, GIVEN)
    Membership.objects.filter(user=hanh).update(ended_on=timezone.localdate())
    actions.withdraw_as_guardian(link_id=mother.pk, purpose=PHOTO)
    told = Message.objects.filter(kind="consent_withdrawn").values_list("recipient", flat=True)
    assert list(told) == [phuc.pk]


# --- Birthdays ----------------------------------------------------------------------------------
@pytest.mark.parametrize("said", [REFUSED, WITHDRAWN, None])
def test_a_birthday_of_18_opens_nothing_that_the_guardian_left_closed(minh, mother, said):
    says_self(minh, GIVEN)
    if said == REFUSED:
        says(mother, NGA, REFUSED)
    if said == WITHDRAWN:
        says(mother, NGA, GIVEN)
        actions.withdraw_as_guardian(link_id=mother.pk, purpose=PHOTO)
    minh.birth_date = years_ago(23)  # by a list, a correction, or time
    minh.save()
    assert not is_shown(minh)
    cells = {cell.purpose: cell.state for cell in overview_of_pupils([minh])[0].cells}
    assert cells[PHOTO] != GIVEN
    actions.withdraw_as_pupil(pupil_id=minh.pk, purpose=PHOTO, by=minh.user)
    says_self(minh, GIVEN)  # alone now, and knowing it
    assert is_shown(minh)


def test_what_both_had_agreed_to_stays_at_18(minh, mother):
    says_self(minh, GIVEN)
    says(mother, NGA, GIVEN)
    minh.birth_date = years_ago(18)
    minh.save()
    assert is_shown(minh)


def test_a_birthday_corrected_below_seven_drops_no_no_of_the_child(minh, mother):
    says(mother, NGA, GIVEN)
    says_self(minh, REFUSED)
    minh.birth_date = years_ago(6)
    minh.save()
    assert not is_shown(minh)


# --- Another school -----------------------------------------------------------------------------
def test_evidence_stays_with_the_school_that_took_it(client, minh, hanh):
    paper(minh, hanh, GIVEN, days_ago(3))
    line = Signature.objects.get(pupil=minh)
    lam = make_outsider()
    minh.school = Membership.objects.get(user=lam).school
    minh.save()
    address = reverse("consent_scan", args=[line.pk])
    client.force_login(lam)
    assert client.get(address).status_code == 404
    page = client.get(reverse("consent_pupil", args=[minh.pk])).content.decode()
    assert "trường khác" in page
    assert hanh.full_name not in page
    assert state(minh) == GIVEN  # it stays in force
    client.force_login(hanh)
    assert client.get(address).status_code == 403  # no longer her pupil
    client.force_login(make_coordinator(school=Membership.objects.get(user=hanh).school))
    assert b"".join(client.get(address).streaming_content)
