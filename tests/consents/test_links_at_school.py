"""Who makes a guardian's link, and who must not look behind it."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from programs.consents.actions.links import issue_links
from programs.consents.choices import ConsentChannel, ConsentState
from programs.consents.models import Consent, GuardianLink, Signature
from programs.consents.queries.visible import guardian_for_token
from programs.core.refusals import Refused
from tests.consents.family import (
    PHOTO,
    TAKE_PART,
    answer,
    door,
    years_ago,
)
from tests.pages import main_of
from tests.people import (
    give_consent,
    make_administrator,
    make_coordinator,
    make_officer,
    make_outsider,
    make_pupil,
    make_teacher,
)

pytestmark = pytest.mark.django_db


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


def test_no_link_ends_for_letters_that_cannot_be_printed(as_user, minh, class_8a1, hanh):
    standing = issue_links(pupils=[minh], by=hanh, key="a")[0]
    make_pupil("Somchai สมชาย", class_group=class_8a1)
    page = as_user(hanh).post(reverse("consent_sheet", args=[class_8a1.pk]), {"idempotency_key": "in-thu"})
    assert "ส" in str(page.context["form"].non_field_errors())
    assert guardian_for_token(standing.token) is not None
    forms = as_user(hanh).get(reverse("consent_forms", args=[class_8a1.pk]))
    assert forms.status_code == 409 and "ส" in main_of(forms), "the empty forms say whose name it is, too"


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


def test_the_log_carries_who_was_signed_in_where_a_guardian_answered(as_user, minh, hanh, issued):
    """Thầy Lâm of another school may be the father, or the mother sat down at his computer: the log says who it was."""
    lam = make_outsider()
    client = as_user(lam)
    answer(client, issued, photo="given")
    client.post(reverse("guardian_purpose", args=[issued.token, PHOTO]), {"withdraw": "True"})
    acts = ModelLogEntry.objects.filter(action__in=["consent.give", "consent.withdraw"])
    assert [(entry.user, entry.data["after"]["door"]) for entry in acts] == [(lam, f"link:{issued.link.pk}")] * 2
    line = Signature.objects.filter(pupil=minh, said="given").get()
    assert (line.name, line.recorded_by) == ("Nguyễn Văn Long", None)  # the guardian spoke, not he
    page = as_user(hanh).get(reverse("consent_pupil", args=[minh.pk])).content.decode()
    assert "trên trình duyệt đang có người đăng nhập" in page
    assert lam.full_name not in page


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
