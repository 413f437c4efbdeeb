"""A guardian's own "no" stays theirs: whoever else says no or yes, and whatever becomes of the child's record."""

from __future__ import annotations

import pytest

from programs.consents.actions import consents as actions
from programs.consents.models import Consent, Signature
from programs.pupils.actions.joining import merge_pupils, part_pupils
from programs.pupils.models import Joining
from tests.consents.test_consent_ledger import (
    DISPUTED,
    GIVEN,
    GUARDIAN,
    LONG,
    NGA,
    PHOTO,
    REFUSED,
    WITHDRAWN,
    days_ago,
    father,
    hanh,
    is_shown,
    minh,
    mother,
    paper,
    says,
    says_self,
    school,
    state,
    years_ago,
)  # fmt: skip
from tests.people import make_coordinator, make_pupil

__all__ = ["father", "hanh", "minh", "mother", "school"]
pytestmark = pytest.mark.django_db


def test_two_guardians_who_say_no_are_two(minh, mother, father):
    """The mother may change her mind; that is not the father's yes."""
    says_self(minh, GIVEN)
    says(mother, NGA, REFUSED)
    says(father, LONG, REFUSED)
    says(mother, NGA, GIVEN)
    assert state(minh) == DISPUTED
    assert not is_shown(minh)


def test_the_second_who_withdraws_is_heard_too(minh, mother, father):
    """The father's page was open while the mother withdrew: his own word counts as well."""
    says_self(minh, GIVEN)
    says(mother, NGA, GIVEN)
    actions.withdraw_as_guardian(link_id=mother.pk, purpose=PHOTO)
    actions.withdraw_as_guardian(link_id=father.pk, purpose=PHOTO)
    actions.withdraw_as_guardian(link_id=father.pk, purpose=PHOTO)  # once more changes nothing
    assert Signature.objects.filter(pupil=minh, said=WITHDRAWN).count() == 2
    says(mother, NGA, GIVEN)
    assert state(minh) == DISPUTED
    assert not is_shown(minh)


def test_a_telephone_call_does_not_wipe_out_what_the_mother_refused(minh, hanh, mother, father):
    """Nobody wrote down who called; the mother's no was said before and stands."""
    says_self(minh, GIVEN)
    says(mother, NGA, REFUSED)
    says(father, LONG, GIVEN)
    actions.withdraw_at_school(pupil_id=minh.pk, purpose=PHOTO, giver=GUARDIAN, reason="Gia đình gọi", by=hanh)
    says(father, LONG, GIVEN)
    assert state(minh) == DISPUTED
    assert not is_shown(minh)


@pytest.fixture
def twice(minh, school, hanh):
    """A second record of the same school, of which the same mother has agreed on paper."""
    other = make_pupil("Nguyễn Nhật Minh", school=school, birth_date=years_ago(13))
    paper(other, hanh, GIVEN, days_ago(9), signed_by=(GUARDIAN, "pupil"), key="hai")
    return other


def join(minh, twice, phuc) -> Joining:
    merge_pupils(keep=minh, drop=twice, by=phuc, key="m")
    return Joining.objects.get()


def test_joining_does_not_wipe_out_what_the_mother_refused(minh, school, twice, hanh, father):
    paper(twice, hanh, REFUSED, days_ago(5), key="khong")
    says_self(minh, GIVEN)
    says(father, LONG, GIVEN)
    join(minh, twice, make_coordinator(school=school))
    says(father, LONG, GIVEN)
    assert state(minh) == DISPUTED
    assert not is_shown(minh)


def test_who_withdraws_while_two_records_are_one_has_said_no_for_both(minh, school, twice, hanh, mother):
    """Afterwards nobody knows of which child it was said: an older paper brings neither back."""
    phuc = make_coordinator(school=school)
    joining = join(minh, twice, phuc)
    says_self(minh, GIVEN)
    says(mother, NGA, GIVEN)
    actions.withdraw_as_guardian(link_id=mother.pk, purpose=PHOTO)
    part_pupils(joining=joining, reason="Hai em khác nhau", by=phuc)
    for number, pupil in enumerate((minh, twice)):
        pupil.refresh_from_db()
        paper(pupil, hanh, GIVEN, days_ago(2), signed_by=(GUARDIAN, "pupil"), key=f"cu-{number}")
        assert state(pupil) in (WITHDRAWN, REFUSED)
        assert not is_shown(pupil)


def test_a_yes_while_two_records_are_one_is_nobodys_afterwards(minh, school, twice, hanh, mother):
    """The mother of the one child answered through her link; of the other child nobody had agreed."""
    Consent.objects.filter(pupil=twice).delete()
    Signature.objects.filter(pupil=twice).delete()
    phuc = make_coordinator(school=school)
    joining = join(minh, twice, phuc)
    says_self(minh, GIVEN)
    says(mother, NGA, GIVEN)
    assert is_shown(minh)
    part_pupils(joining=joining, reason="Hai em khác nhau", by=phuc)
    assert not is_shown(minh)
    assert not is_shown(twice)
