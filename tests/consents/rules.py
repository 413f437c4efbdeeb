"""Every rule of the wing, with what an action reads for it."""

from __future__ import annotations

from functools import partial

from django.utils import timezone

from programs.consents import rules
from programs.consents.actions.links import issue_link
from programs.consents.choices import ConsentGiver, ConsentPurpose, ConsentState
from programs.consents.models import Signature
from programs.consents.queries.in_force import current_texts
from programs.consents.queries.visible import link_with_token
from programs.pupils.models import Pupil
from tests.people import give_consent, make_class, make_pupil, make_school, make_teacher


def calls() -> list[partial]:
    now, today = timezone.now(), timezone.localdate()
    school = make_school()
    hanh = make_teacher(school=school)
    minh = make_pupil(class_group=make_class("8A1", school=school, homeroom_teacher=hanh))
    [consent] = give_consent(minh)
    link = link_with_token(issue_link(pupil=minh, by=hanh, key="k").token)
    pupil, texts = Pupil.objects.get(pk=minh.pk), current_texts(today)
    purpose, born = ConsentPurpose.TAKE_PART, pupil.birth_date
    answered = rules.Answered({purpose: "given"}, {purpose: texts[purpose].version})
    signed = rules.SignedForms([], [ConsentGiver.GUARDIAN], {purpose: "given"}, signed_on=today)
    paper = partial(rules.paper_refusal, signed, pupil, school=school, texts=texts, today=today)
    said = {
        "pupil_id": minh.pk,
        "purpose": purpose,
        "text_version": 1,
        "giver": ConsentGiver.GUARDIAN,
        "signed_at": now,
    }
    lines = [
        Signature(pk=1, said=ConsentState.GIVEN, name="Nga", **said),
        Signature(pk=2, said=ConsentState.REFUSED, **said),
    ]
    how = {"by": consent, "answer": ConsentState.GIVEN, "door": "user:1", "language": "vi", "at": now}
    return [
        partial(rules.age_on, born, today),
        partial(rules.is_adult, born, today),
        partial(rules.givers_needed, purpose, born, today),
        partial(rules.purposes_asked_of, ConsentGiver.GUARDIAN, born, today),
        partial(rules.has_someone_to_withdraw, pupil, today),
        partial(rules.has_left, pupil, today),
        partial(rules.is_in_force, purpose=purpose, pupil=pupil, said={ConsentGiver.GUARDIAN: consent}, day=today),
        partial(rules.parent_of, "Mẹ"),
        partial(rules.last_words, lines),
        partial(rules.last_word_of, "Trần Thị Nga", "mẹ", lines, giver=ConsentGiver.GUARDIAN),
        partial(rules.standing, lines, version=1),
        partial(rules.same_day, lines[0], lines),
        partial(rules.same_day_refusal, lines[0], recorded=lines, is_later=""),
        partial(rules.door_refusal, link, now=now, today=today),
        partial(rules.door_refusal, None, now=now, today=today),
        partial(rules.link_refusal, pupil, today=today),
        partial(
            rules.speaking_refusal, link, name="Nga", relation="mẹ", answers=["given"], own_links=[link], lines=lines
        ),
        partial(rules.letters_refusal, [pupil]),
        partial(rules.answer_refusal, answered, asked=[purpose], texts=texts, changed_meanwhile=True),
        partial(paper, name="Trần Thị Nga"),
        partial(paper, name=""),
        partial(rules.settling_refusal, consent, lines, signed_on=today, today=today),
        partial(rules.stop_by, purpose, today),
        partial(rules.plain_token, "ABCD-2345"),
        partial(rules.proof_of, "ABCD-2345"),
        partial(rules.fresh_card, [], at=now),
        partial(rules.own_yes_refusal, None, purposes=[purpose], alone=[purpose]),
        partial(rules.waits_for_look, {ConsentGiver.GUARDIAN: consent}),
        partial(rules.text_refusal, in_force_from=today, today=today),
        partial(rules.text_hash, texts[purpose]),
        partial(rules.evidence_hash, consent, texts[purpose], **how),
    ]
