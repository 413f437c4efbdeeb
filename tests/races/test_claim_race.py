"""Two people of one school use the links of their letters at the same moment: one of them holds the school."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import IntegrityError, connection  # noqa: F401 - named in skipif
from django.utils import timezone

from programs.claims.actions import registering
from programs.claims.choices import OPEN_CLAIMS, ClaimState
from programs.claims.models import SchoolClaim
from programs.schools.choices import SchoolRole, SchoolState
from programs.schools.models import Membership, School
from tests.people import make_coordinator, make_school
from tests.races.test_roster_race import both

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'",
        reason="SQLite lets one writer in at a time; `make test` runs this on PostgreSQL",
    ),
]


def claim_at(school: School, name: str) -> SchoolClaim:
    return SchoolClaim.objects.create(
        school=school, full_name=name, position="Phó Hiệu trưởng", email=f"{len(name)}@example.vn", key_hash=name,
        phone="+84912345678", confirm_until=timezone.now() + timedelta(hours=5),
    )  # fmt: skip


def confirm_both(monkeypatch, school: School) -> list[str]:
    """Both have looked whether the school is free before either takes it."""
    claims = [claim_at(school, "Nguyễn Thị Phúc"), claim_at(school, "Lê Văn Tài")]
    meeting, real = Barrier(2), registering.rules.confirmation_refusal

    def refusal(*facts, **more):
        found = real(*facts, **more)
        with suppress(BrokenBarrierError):
            meeting.wait(timeout=1.5)
        return found

    monkeypatch.setattr(registering.rules, "confirmation_refusal", refusal)

    def confirm(claim: SchoolClaim) -> str:
        try:
            return registering.confirm_claim(claim=claim).state
        except IntegrityError:
            return "error"

    return sorted(both(confirm, claims))


def seeking_school() -> School:
    """At work, without a coordinator: it stays active while somebody registers for the role."""
    school = make_school()
    make_coordinator(school=school)
    Membership.objects.filter(role=SchoolRole.COORDINATOR).update(ended_on="2026-01-01")
    return school


@pytest.mark.parametrize("is_free", [True, False])
def test_one_of_two_that_confirm_at_once_holds_the_school(monkeypatch, is_free):
    school = make_school(state=SchoolState.INVITED) if is_free else seeking_school()
    assert confirm_both(monkeypatch, school) == ["claim_open", ClaimState.SUBMITTED]
    assert SchoolClaim.objects.filter(state__in=OPEN_CLAIMS).count() == 1
    assert SchoolClaim.objects.filter(state=ClaimState.UNCONFIRMED).count() == 1


@pytest.mark.parametrize("is_free", [True, False])
def test_without_the_guard_only_the_unique_constraint_keeps_the_second_out(monkeypatch, is_free):
    """The negative control: the second falls on an error instead of words."""
    monkeypatch.setattr(registering, "take_school", lambda **_school: None)
    school = make_school(state=SchoolState.INVITED) if is_free else seeking_school()
    assert confirm_both(monkeypatch, school) == ["error", ClaimState.SUBMITTED]


def test_one_form_sent_twice_at_once_is_one_registration(monkeypatch):
    school = make_school(state=SchoolState.INVITED)
    typed = {
        "full_name": "Nguyễn Thị Phúc",
        "position": "Phó",
        "email": "p@example.vn",
        "phone": "+8491",
        "message": "",
    }
    meeting, real = Barrier(2), registering.queries.claim_refusal_of

    def refusal(school: School):
        found = real(school)
        with suppress(BrokenBarrierError):
            meeting.wait(timeout=1.5)
        return found

    monkeypatch.setattr(registering.queries, "claim_refusal_of", refusal)
    made = both(lambda key: registering.submit_claim(school_id=school.pk, key=key, **typed).pk, ["k", "k"])
    assert made[0] == made[1]
    assert SchoolClaim.objects.count() == 1
