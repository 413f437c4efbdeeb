"""Two answers about one child at the same moment end as one after the other: no withdrawal is ever lost."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from io import BytesIO
from threading import Barrier, BrokenBarrierError
from time import sleep

import pytest
from django.db import connection  # noqa: F401 - the condition of the mark
from django.utils import timezone
from PIL import Image

from programs.consents import rules
from programs.consents.actions import consents as actions
from programs.consents.actions.links import issue_link
from programs.consents.actions.texts import load_consent_texts
from programs.consents.choices import ConsentGiver, ConsentPurpose, ConsentState
from programs.consents.models import Consent, ConsentText, GuardianLink, Signature
from programs.consents.queries.answers import answers_of, fingerprint
from programs.consents.queries.in_force import publishing_allowed
from programs.consents.rules import Answered, Paper, SignedForms
from programs.pupils.models import Pupil
from programs.uploads.reading.cleaning import CleanFile
from tests.people import give_consent, make_class, make_pupil, make_school, make_teacher
from tests.races.test_roster_race import both

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'",
        reason="SQLite lets one writer in at a time; `make test` runs this on PostgreSQL",
    ),
]
PHOTO, GUARDIAN = ConsentPurpose.PHOTO, ConsentGiver.GUARDIAN
GIVEN, REFUSED = ConsentState.GIVEN, ConsentState.REFUSED
WITHDRAWN, DISPUTED = ConsentState.WITHDRAWN, ConsentState.DISPUTED
NGA, LONG = ("Trần Thị Nga", "mẹ"), ("Nguyễn Văn Long", "cha")


class Family:
    """Em Minh, 13, who agreed to photographs; a link for the mother, and one for the father."""

    def __init__(self) -> None:
        load_consent_texts()
        ConsentText.objects.update(in_force_from=timezone.localdate() - timedelta(days=200))
        school = make_school()
        self.hanh = make_teacher(school=school)
        group = make_class("8A1", school=school, homeroom_teacher=self.hanh)
        born = timezone.localdate() - timedelta(days=366 * 13)
        self.minh = make_pupil(class_group=group, birth_date=born)
        give_consent(self.minh, purpose=PHOTO, givers=(ConsentGiver.PUPIL,))
        self.mother, self.father = (
            issue_link(pupil=self.minh, by=self.hanh, key=who, relation=who).link for who in ("mẹ", "cha")
        )

    def says(self, link: GuardianLink, who: tuple[str, str], said: str, *, seen: str | None = None) -> None:
        actions.answer_as_guardian(
            link_id=link.pk,
            answered=Answered({PHOTO: said}, {PHOTO: 1}),
            name=who[0],
            relation=who[1],
            seen=seen or self.seen(),
            language="vi",
        )

    def seen(self) -> str:
        return fingerprint(answers_of(self.minh, GUARDIAN))

    def withdraws(self, link: GuardianLink) -> None:
        actions.withdraw_as_guardian(link_id=link.pk, purpose=PHOTO)

    def signs(self, said: str) -> None:
        picture = BytesIO()
        Image.new("RGB", (60, 80), "white").save(picture, "JPEG")
        scan = CleanFile(data=picture.getvalue(), content_type="image/jpeg", extension="jpg")
        yesterday = timezone.localdate() - timedelta(days=1)
        forms = SignedForms([Paper(self.minh.pk, *NGA)], [GUARDIAN], {PHOTO: said}, signed_on=yesterday)
        actions.record_papers(school=self.minh.school, signed=forms, scan=scan, by=self.hanh, key="giay")

    @property
    def state(self) -> str:
        return Consent.objects.get(pupil=self.minh, purpose=PHOTO, giver=GUARDIAN).state

    @property
    def is_shown(self) -> bool:
        return bool(publishing_allowed([self.minh.pk], PHOTO))


def slow_ledger(monkeypatch) -> None:
    """Both have read where the ledger stands before either writes it, and a yes is written last."""
    barrier, real = Barrier(2), rules.standing

    def standing(lines, *, version: int):
        found = real(lines, version=version)
        with suppress(BrokenBarrierError):
            barrier.wait(timeout=1)
        if found and found[0] == GIVEN:
            sleep(0.4)
        return found

    monkeypatch.setattr(rules, "standing", standing)


def without_lock(monkeypatch) -> None:
    monkeypatch.setattr(
        actions, "lock_pupil", lambda *, pupil_id: Pupil.objects.select_related("school").get(pk=pupil_id)
    )


# --- Two guardians by their links -----------------------------------------------------------------
def mother_yes_father_no(monkeypatch) -> tuple[Family, list]:
    family = Family()
    seen = family.seen()
    slow_ledger(monkeypatch)

    def act(job: tuple) -> str:
        family.says(*job, seen=seen)
        return "recorded"

    jobs = [(family.mother, NGA, GIVEN), (family.father, LONG, REFUSED)]
    return family, both(act, jobs)


def test_of_two_guardians_who_answer_at_once_one_reads_the_others_answer_first(monkeypatch):
    family, ends = mother_yes_father_no(monkeypatch)
    assert sorted(ends) == ["changed_meanwhile", "recorded"]
    assert family.state == (GIVEN if ends[0] == "recorded" else REFUSED)
    late = (family.father, LONG, REFUSED) if ends[0] == "recorded" else (family.mother, NGA, GIVEN)
    family.says(*late)
    assert family.state == DISPUTED
    assert not family.is_shown


def test_without_the_lock_a_guardians_no_is_lost(monkeypatch):
    """The negative control: the test above can fail."""
    without_lock(monkeypatch)
    family, ends = mother_yes_father_no(monkeypatch)
    assert ends == ["recorded", "recorded"]
    assert family.is_shown  # over the father's no


# --- A withdrawal by link, and a paper at school --------------------------------------------------
def withdrawal_and_paper(monkeypatch) -> Family:
    """The father takes his yes back while cô Hạnh records the form that the mother signed yesterday."""
    family = Family()
    family.says(family.father, LONG, GIVEN)
    assert family.is_shown
    slow_ledger(monkeypatch)

    def act(job: str) -> str:
        if job == "withdraw":
            family.withdraws(family.father)
        else:
            family.signs(GIVEN)
        return job

    assert both(act, ["withdraw", "paper"]) == ["withdraw", "paper"]
    said = set(Signature.objects.filter(pupil=family.minh, giver=GUARDIAN).values_list("said", "relation"))
    assert said == {(GIVEN, "cha"), (WITHDRAWN, "cha"), (GIVEN, "mẹ")}
    return family


def test_a_withdrawal_by_link_is_not_lost_to_a_paper_that_is_recorded_at_once(monkeypatch):
    family = withdrawal_and_paper(monkeypatch)
    assert family.state == DISPUTED  # as after either order
    assert not family.is_shown


def test_without_the_lock_the_paper_writes_over_the_withdrawal(monkeypatch):
    """The negative control: the test above can fail."""
    without_lock(monkeypatch)
    family = withdrawal_and_paper(monkeypatch)
    assert family.is_shown


def test_the_mother_withdraws_while_her_older_paper_is_recorded(monkeypatch):
    """The last signature wins by its day, whoever of the two comes first to the pupil's row."""
    family = Family()
    family.says(family.mother, NGA, GIVEN)
    slow_ledger(monkeypatch)
    both(lambda act: act(), [lambda: family.withdraws(family.mother), lambda: family.signs(GIVEN)])
    assert family.state == WITHDRAWN
    assert not family.is_shown
