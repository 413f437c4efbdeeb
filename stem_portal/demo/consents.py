"""Consents in every state: most guardians agreed on paper, some by their link, a few said no or took it back."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from random import Random

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone

from programs.accounts.models import User
from programs.consents.actions.consents import answer_as_guardian, withdraw_as_guardian, withdraw_at_school
from programs.consents.actions.links import ask, issue_links
from programs.consents.actions.texts import load_consent_texts
from programs.consents.choices import ConsentChannel, ConsentGiver, ConsentPurpose, ConsentState
from programs.consents.models import Consent, GuardianLink, Signature
from programs.consents.pdf import render_forms
from programs.consents.print_words import forms_of
from programs.consents.queries.answers import answers_of, fingerprint
from programs.consents.queries.in_force import current_texts
from programs.consents.rules import PUBLISHING, Answered, givers_needed
from programs.pupils.models import ClassGroup, Pupil
from programs.schools.models import School
from stem_portal.demo import cast
from stem_portal.demo.names import full_name

S, G = ConsentState, ConsentGiver
WITHOUT = 3  # of each class: they stay at school when the class goes


def build_consents(*, random: Random, pupils_of: dict[int, list], minh: Pupil, now: datetime) -> None:
    """Paper for everybody; the class of the cast also answers by link, withdraws and is asked."""
    load_consent_texts()
    classes = ClassGroup.objects.in_bulk(list(pupils_of))
    rows: list[Consent] = []
    for class_id, members in pupils_of.items():
        class_group = classes[class_id]
        agreed = Pupil.objects.in_bulk([pk for pk, _gender in members[:-WITHOUT]])
        at = now - timedelta(days=random.randint(20, 60))
        rows += [
            _paper(pupil, ConsentPurpose.TAKE_PART, G.GUARDIAN, class_group, random, at) for pupil in agreed.values()
        ]
    _store(rows)
    home = ClassGroup.objects.filter(school__name=cast.HOME_SCHOOL, pk__in=list(pupils_of)).select_related("school")
    for class_group in home.select_related("school_year", "homeroom_teacher"):
        pupils = [pk for pk, _gender in pupils_of[class_group.pk]]
        _keep_a_scan(class_group, pupils)
        _publishing(class_group, pupils[:-WITHOUT], random, now)
        if class_group.name == "8A1":
            _every_state(class_group, pupils, random, minh)
            there = ClassGroup.objects.get(school__name=cast.OTHER_SCHOOL, name="8A1", pk__in=list(pupils_of))
            arrived = [pk for pk, _gender in pupils_of[there.pk]]
            _came_from_home(arrived, class_group.school, class_group.homeroom_teacher)


def _paper(pupil: Pupil, purpose: str, giver: str, class_group: ClassGroup, random: Random, at: datetime) -> Consent:
    mother = random.random() < 0.6
    guardian = (full_name(random, female=mother), "mẹ" if mother else "cha")
    name, relation = guardian if giver == G.GUARDIAN else (pupil.full_name, "")
    return Consent(
        pupil=pupil,
        purpose=purpose,
        giver=giver,
        state=S.GIVEN,
        given_by_name=name,
        relation=relation,
        channel=ConsentChannel.PAPER,
        evidence_hash=f"{random.getrandbits(256):064x}",
        recorded_by_id=class_group.homeroom_teacher_id,
        asked_at=at - timedelta(days=5),
        given_at=at,
        changed_at=at,
        school_id=pupil.school_id,
        alone=len(givers_needed(purpose, pupil.birth_date, timezone.localdate(at))) == 1,
    )


def _store(rows: list[Consent]) -> None:
    """The consents, and the line of the ledger on which each rests."""
    Consent.objects.bulk_create(rows, batch_size=1000)
    lines = [
        Signature(
            pupil_id=row.pupil_id, purpose=row.purpose, text_version=row.text_version, giver=row.giver, said=row.state,
            signed_at=row.given_at, name=row.given_by_name, relation=row.relation, channel=row.channel,
            evidence_hash=row.evidence_hash, school_id=row.school_id, recorded_by_id=row.recorded_by_id,
            recorded_at=row.changed_at,
        )
        for row in rows
    ]  # fmt: skip
    Signature.objects.bulk_create(lines, batch_size=1000)


def _keep_a_scan(class_group: ClassGroup, pupils: list[int]) -> None:
    """The papers of the class as they would have been scanned."""
    first = Pupil.objects.filter(pk__in=pupils[:1])
    data = render_forms(forms_of(first, class_group, current_texts()))
    path = storages["private"].save(f"consents/{secrets.token_urlsafe(24)}.pdf", ContentFile(data))
    Signature.objects.filter(pupil__in=pupils, channel=ConsentChannel.PAPER).update(evidence_path=path)


def _publishing(class_group: ClassGroup, pupils: list[int], random: Random, now: datetime) -> None:
    """Two of three families agree to pictures and the showcase; not every child does."""
    rows = []
    for pupil in Pupil.objects.filter(pk__in=pupils[8:]):
        for purpose in PUBLISHING:
            at = now - timedelta(days=random.randint(5, 20))
            if random.random() < 0.66:
                rows.append(_paper(pupil, purpose, G.GUARDIAN, class_group, random, at))
                if random.random() < 0.85:
                    rows.append(_paper(pupil, purpose, G.PUPIL, class_group, random, at))
    _store(rows)


def _every_state(class_group: ClassGroup, pupils: list[int], random: Random, minh: Pupil) -> None:
    """Through the real actions, so that each has its history and its proof."""
    hanh = class_group.homeroom_teacher
    yesterday = timezone.now() - timedelta(days=1)
    _store([_paper(Pupil.objects.get(pk=pupils[5]), ConsentPurpose.PHOTO, G.PUPIL, class_group, random, yesterday)])
    chosen = Pupil.objects.in_bulk([*pupils[:6], *pupils[-WITHOUT:], minh.pk])
    issued = {each.link.pupil_id: each.link for each in issue_links(pupils=chosen.values(), by=hanh, key="demo")}
    everything = dict.fromkeys(ConsentPurpose.values, S.GIVEN)
    for pk in pupils[:4]:
        _by_link(issued[pk], dict.fromkeys(PUBLISHING, S.GIVEN), random)
    _by_link(issued[pupils[4]], dict.fromkeys(PUBLISHING, S.REFUSED), random)
    withdraw_as_guardian(link_id=issued[pupils[1]].pk, purpose=ConsentPurpose.SHOWCASE)
    stays, refuses, _asked = pupils[-WITHOUT:]
    _by_link(issued[stays], everything, random)
    withdraw_at_school(
        pupil_id=stays, purpose=ConsentPurpose.TAKE_PART, giver=G.GUARDIAN, reason="Mẹ em gọi điện cho cô", by=hanh
    )
    _by_link(issued[refuses], {ConsentPurpose.TAKE_PART: S.REFUSED}, random)
    _disagreement(chosen[pupils[5]], class_group, random)
    ask(pupils=[minh])


def _disagreement(pupil: Pupil, class_group: ClassGroup, random: Random) -> None:
    """The mother agrees to photographs, the father does not: nothing is shown, the school asks both."""
    father = f"{pupil.full_name.split()[0]} Văn Hùng"
    guardians = (("mẹ", full_name(random, female=True), S.GIVEN), ("cha", father, S.REFUSED))
    for relation, name, said in guardians:
        key = f"demo-{relation}"
        [issued] = issue_links(pupils=[pupil], by=class_group.homeroom_teacher, key=key, relation=relation)
        _answer(issued.link, {ConsentPurpose.PHOTO: said}, name=name, relation=relation)


def _came_from_home(pupils: list[int], home: School, hanh: User) -> None:
    """Two children moved to thầy Lâm's class: the forms that their first school took stay there."""
    moved = pupils[1:3]
    kept = Signature.objects.filter(school=home, channel=ConsentChannel.PAPER).exclude(evidence_path="")
    path = kept.values_list("evidence_path", flat=True)[:1]
    Consent.objects.filter(pupil__in=moved).update(school=home, recorded_by=hanh)
    forms = Signature.objects.filter(pupil__in=moved, channel=ConsentChannel.PAPER)
    forms.update(school=home, recorded_by=hanh, evidence_path=path.get())


def _by_link(link: GuardianLink, answers: dict[str, str], random: Random) -> None:
    mother = random.random() < 0.6
    _answer(link, answers, name=full_name(random, female=mother), relation="mẹ" if mother else "cha")


def _answer(link: GuardianLink, answers: dict[str, str], *, name: str, relation: str) -> None:
    texts = current_texts()
    answer_as_guardian(
        link_id=link.pk,
        answered=Answered(answers, {purpose: texts[purpose].version for purpose in answers}),
        name=name,
        relation=relation,
        seen=fingerprint(answers_of(link.pupil, G.GUARDIAN)),
        language="vi",
    )
