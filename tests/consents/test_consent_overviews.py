"""What the school reads of a class, and thầy Lâm who finds nothing."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from programs.consents.actions.links import issue_link
from programs.consents.choices import ConsentState
from programs.consents.models import GuardianLink, Signature
from programs.consents.queries.overviews import overview_of_pupils
from programs.schools.choices import SchoolState
from programs.schools.models import School
from tests.consents.family import (
    BY_TELEPHONE,
    GIVEN,
    GUARDIAN,
    PHOTO,
    PUPIL,
    SHOWCASE,
    TAKE_PART,
)
from tests.pages import main_of
from tests.people import (
    give_consent,
    make_officer,
    make_outsider,
    make_pupil,
)

pytestmark = pytest.mark.django_db


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
    assert client.post(reverse("consent_withdraw", args=[consent.pk]), BY_TELEPHONE).status_code == 302
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
SCHOOL_QUERIES = (
    14  # session, user, roles 2; school; year, text and consents, places, classes, disputes, withdrawals; 3
)
