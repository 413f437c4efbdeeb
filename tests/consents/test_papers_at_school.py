"""Signed forms and withdrawals that the school records."""

from __future__ import annotations

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from programs.consents.choices import ConsentChannel, ConsentState
from programs.consents.models import Consent, Signature
from programs.consents.personal import consent_forms
from programs.consents.queries.in_force import in_force, publishing_allowed
from programs.core.personal import Subject
from programs.schools.models import Membership
from tests.consents.family import (
    BY_TELEPHONE,
    GIVEN,
    GUARDIAN,
    PARTNER,
    PHOTO,
    PUPIL,
    REFUSED,
    SHOWCASE,
    TAKE_PART,
    answer,
    scan,
    years_ago,
)
from tests.people import (
    give_consent,
    make_coordinator,
    make_officer,
    make_outsider,
    make_pupil,
    make_school,
    make_teacher,
)

pytestmark = pytest.mark.django_db


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


# --- A withdrawal by word of mouth ----------------------------------------------------------------
def test_the_school_writes_down_a_withdrawal_by_word_of_mouth(as_user, minh, hanh):
    consent = give_consent(minh)[0]
    as_user(hanh).post(reverse("consent_withdraw", args=[consent.pk]), BY_TELEPHONE)
    consent.refresh_from_db()
    assert consent.state == ConsentState.WITHDRAWN
    assert in_force([minh.pk], TAKE_PART) == set()
    line = Signature.objects.get(pupil=minh, said="withdrawn")
    assert (line.name, line.relation, line.recorded_by) == ("Trần Thị Nga", "mẹ", hanh)
    page = as_user(hanh).get(reverse("consent_pupil", args=[minh.pk])).content.decode()
    assert "Trần Thị Nga, mẹ" in page


def test_the_guardian_who_withdrew_is_chosen_from_those_whom_the_school_knows(client, as_user, minh, hanh, issued):
    answer(client, issued, photo="given")  # Nguyễn Văn Long, the father
    consent = Consent.objects.get(pupil=minh, purpose=PHOTO, giver=GUARDIAN)
    address = reverse("consent_withdraw", args=[consent.pk])
    page = as_user(hanh).get(address)
    assert "Nguyễn Văn Long, cha" in page.content.decode()
    nobody = as_user(hanh).post(address, {"reason": "Điện thoại"})
    assert nobody.context["form"].errors["guardian"]
    half = as_user(hanh).post(address, {"guardian": "other", "name": "Trần Thị Nga"})
    assert half.context["form"].errors["relation"]
    as_user(hanh).post(address, {"guardian": "father", "reason": "Điện thoại"})
    consent.refresh_from_db()
    assert consent.state == ConsentState.WITHDRAWN


def test_what_the_mother_withdraws_by_telephone_against_the_fathers_yes_is_a_disagreement(
    as_user, client, minh, hanh, issued
):
    answer(client, issued, photo="given")
    consent = Consent.objects.get(pupil=minh, purpose=PHOTO, giver=GUARDIAN)
    as_user(hanh).post(reverse("consent_withdraw", args=[consent.pk]), BY_TELEPHONE)
    consent.refresh_from_db()
    assert consent.state == ConsentState.DISPUTED


def test_who_does_not_know_the_guardians_reads_no_name_while_recording(client, as_user, school, minh, issued):
    answer(client, issued, photo="given")
    consent = Consent.objects.get(pupil=minh, purpose=PHOTO, giver=GUARDIAN)
    my = make_teacher("Đỗ Hoài My", school=school)
    page = as_user(my).get(reverse("consent_withdraw", args=[consent.pk])).content.decode()
    assert "Nguyễn Văn Long" not in page
    assert "Cha" in page
    as_user(my).post(reverse("consent_withdraw", args=[consent.pk]), {"guardian": "father"})
    assert Signature.objects.get(pupil=minh, said="withdrawn").name == "Nguyễn Văn Long"


def test_a_pupils_own_withdrawal_asks_for_no_guardian(as_user, minh, hanh):
    [consent] = give_consent(minh, purpose=PHOTO, givers=(PUPIL,))
    as_user(hanh).post(reverse("consent_withdraw", args=[consent.pk]), {"reason": "Em nói với cô"})
    consent.refresh_from_db()
    assert consent.state == ConsentState.WITHDRAWN


# --- Forms of pupils who have moved away ----------------------------------------------------------
def test_the_coordinator_finds_the_forms_of_a_pupil_who_has_moved_away(as_user, school, minh, class_8a1, hanh):
    phuc, lam = make_coordinator(school=school), make_outsider()
    address = reverse("consent_scans", args=[school.code])
    empty = as_user(phuc).get(address).content.decode()
    assert "Chưa có phiếu" in empty
    as_user(hanh).post(reverse("consent_paper", args=[class_8a1.pk]), paper(minh))
    assert minh.full_name not in as_user(phuc).get(address).content.decode()  # still here
    minh.school = Membership.objects.get(user=lam).school
    minh.save()
    page = as_user(phuc).get(address)
    [line] = page.context["page_obj"]  # one form, whatever it answers
    assert minh.full_name in page.content.decode()
    scanned = as_user(phuc).get(reverse("consent_scan", args=[line.pk]))
    assert b"".join(scanned.streaming_content).startswith(b"\xff\xd8")
    assert address in as_user(phuc).get(reverse("consent_overview", args=[school.code])).content.decode()

    assert as_user(hanh).get(address).status_code == 403  # no longer her pupil
    assert address not in as_user(hanh).get(reverse("consent_overview", args=[school.code])).content.decode()
    for person in (lam, make_coordinator("Bùi Thị Sen", school=minh.school), make_officer()):
        assert as_user(person).get(address).status_code == 404


def test_a_form_is_found_by_a_part_of_the_name_which_stands_in_no_address(as_user, school, minh, class_8a1, hanh):
    phuc, elsewhere = make_coordinator(school=school), make_school("Trường THCS Phú Lợi")
    an = make_pupil("Lê Bảo An", class_group=class_8a1)
    for number, pupil in enumerate((minh, an)):
        sent = paper(pupil, idempotency_key=f"giay-{number}")
        as_user(hanh).post(reverse("consent_paper", args=[class_8a1.pk]), sent)
        pupil.school = elsewhere
        pupil.save()
    address, client = reverse("consent_scans", args=[school.code]), as_user(phuc)
    assert [line.pupil for line in client.post(address, {"name": "nhat minh"}).context["page_obj"]] == [minh]
    assert "Không có học sinh nào tên như vậy" in client.post(address, {"name": "Tuấn"}).content.decode()
    assert len(client.get(f"{address}?name=nhat+minh").context["page_obj"]) == 2


def test_the_list_of_forms_costs_the_same_with_one_and_thirty(as_user, school, minh, hanh, django_assert_num_queries):
    phuc, elsewhere = make_coordinator(school=school), make_school("Trường THCS Phú Lợi")
    client, address = as_user(phuc), reverse("consent_scans", args=[school.code])
    for count in (1, 30):
        for number in range(count):
            pupil = make_pupil(f"Lê Văn {number}", school=elsewhere)
            Signature.objects.create(
                pupil=pupil, purpose=PHOTO, text_version=1, giver=GUARDIAN, said=GIVEN, signed_at=timezone.now(),
                school=school, evidence_path=f"consents/{count}-{number}.pdf", recorded_by=hanh, channel="paper",
            )  # fmt: skip
        client.get(address)
        with django_assert_num_queries(SCANS_QUERIES):
            page = client.get(address)
    assert (len(page.context["page_obj"]), page.context["page_obj"].paginator.count) == (25, 31)


SCANS_QUERIES = 10  # session, user, second factor; roles 2; count, forms; the frame 3
