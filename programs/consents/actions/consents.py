"""Consents are given, refused and withdrawn: by a guardian's link, on the pupil's own page, or on paper at school.

The pupil's row is the lock. An answer is a line of the ledger with its day; where the ledger then stands is written
to one row per purpose and giver (``rules.standing``). Each change is an audit row with the proof of that moment, so
the log keeps that a consent existed after it was withdrawn.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.consents import policy, rules
from programs.consents.choices import NO, ConsentChannel, ConsentGiver, ConsentState
from programs.consents.emails import consent_disputed, consent_withdrawn
from programs.consents.models import Consent, ConsentText, GuardianLink, Signature
from programs.consents.queries.answers import (
    answers_of,
    cards_of,
    fingerprint,
    is_answered_so,
    ledger,
    shown_to,
    to_say_again,
)
from programs.consents.queries.in_force import current_texts
from programs.core.audit import Code, record
from programs.core.idempotency import once
from programs.core.locking import locked
from programs.core.policy import must
from programs.core.private_files import forget_file, keep_file
from programs.core.refusals import refuse_if
from programs.pupils.models import Pupil
from programs.schools.models import School
from programs.uploads.reading.cleaning import CleanFile

VERB = {ConsentState.GIVEN: "consent.give", ConsentState.REFUSED: "consent.refuse"}


@dataclass(frozen=True)
class _Voice:
    """Who is answering, and by which channel."""

    giver: str
    channel: str
    door: str
    name: str
    relation: str
    language: str
    by: User | None = None
    signed_in: User | None = None  # in the browser in which a guardian's link was open: not who spoke
    fresh_card: bool = False


def lock_pupil(*, pupil_id: int) -> Pupil:
    """The pupil's row, locked until the transaction ends: two answers about one pupil come one after the other."""
    return locked(Pupil.objects.select_related("school"), pk=pupil_id, no_key=True)


# --- By link and by account ---------------------------------------------------------------------
@transaction.atomic
def answer_as_guardian(
    *,
    link_id: int,
    answered: rules.Answered,
    name: str,
    relation: str,
    seen: str,
    language: str,
    by: User | None = None,
) -> list[Consent]:
    """Record the guardian's answers; return the consents that changed.

    ``seen`` is the ``fingerprint`` of the page that they answered: an old page sent again after a withdrawal is
    refused, the same answers sent twice change nothing. ``by`` is who was signed in there, for the log alone.
    Behind a link that was made for one parent, that parent speaks, whatever else is typed.
    Raises ``Refused``: what ``rules.door_refusal``, ``rules.speaking_refusal`` and ``rules.answer_refusal`` say.
    """
    link, pupil = _through_door(link_id)
    relation = link.made_for or relation
    _may_speak_as(link, name=name, relation=relation, answers=answered.answers.values())
    door = f"link:{link.pk}"
    voice = _Voice(ConsentGiver.GUARDIAN, ConsentChannel.LINK, door, name, relation, language, signed_in=by)
    changed = _answer(pupil=pupil, answered=answered, voice=voice, seen=seen)
    if changed:
        link.guardian_name, link.relation = name, relation
        link.first_used_at = link.first_used_at or timezone.now()
        link.save(update_fields=["guardian_name", "relation", "first_used_at"])
    return changed


def _may_speak_as(link: GuardianLink, *, name: str, relation: str, answers: Collection[str]) -> None:
    own = GuardianLink.objects.filter(pupil=link.pupil_id, voided_at=None, expires_at__gt=timezone.now())
    own_links = own.exclude(made_for="")
    lines = list(Signature.objects.filter(pupil=link.pupil_id, giver=ConsentGiver.GUARDIAN))
    who = {"name": name, "relation": relation}
    refuse_if(rules.speaking_refusal(link, **who, answers=answers, own_links=own_links, lines=lines))


def _through_door(link_id: int) -> tuple[GuardianLink, Pupil]:
    """The link, and its pupil locked, while the link opens."""
    link = GuardianLink.objects.select_related("pupil").get(pk=link_id)
    pupil = lock_pupil(pupil_id=link.pupil_id)
    link.refresh_from_db()
    refuse_if(rules.door_refusal(link, now=timezone.now(), today=timezone.localdate()))
    return link, pupil


@transaction.atomic
def answer_as_pupil(*, pupil_id: int, answered: rules.Answered, seen: str, language: str, by: User) -> list[Consent]:
    """Record the pupil's answers from their own page.

    A yes from an account that a printed card has just opened waits until a guardian has seen it.
    Raises PermissionDenied, and ``Refused``: as for a guardian, and what ``rules.own_yes_refusal`` says.
    """
    pupil = lock_pupil(pupil_id=pupil_id)
    must(policy.may_answer(by, pupil))
    card = rules.fresh_card(cards_of(pupil), at=timezone.now())
    agreed = [purpose for purpose, answer in answered.answers.items() if answer == ConsentState.GIVEN]
    alone = [purpose for purpose in agreed if is_alone(pupil=pupil, purpose=purpose)]
    refuse_if(rules.own_yes_refusal(card, purposes=agreed, alone=alone))
    who = (pupil.full_name, "", language)
    voice = _Voice(
        ConsentGiver.PUPIL, ConsentChannel.ACCOUNT, f"user:{by.pk}", *who, by=by, fresh_card=card is not None
    )
    return _answer(pupil=pupil, answered=answered, voice=voice, seen=seen)


def _answer(*, pupil: Pupil, answered: rules.Answered, voice: _Voice, seen: str) -> list[Consent]:
    now, today = timezone.now(), timezone.localdate()
    texts = current_texts(today)
    said = _own_words(pupil, voice, answers_of(pupil, voice.giver))
    again = to_say_again(pupil, voice.giver)
    different = {
        purpose: answer
        for purpose, answer in answered.answers.items()
        if (purpose in again and answer == ConsentState.GIVEN)
        or not is_answered_so(said, purpose=purpose, text=texts.get(purpose), answer=answer)
    }
    refuse_if(
        rules.answer_refusal(
            answered,
            asked=rules.purposes_asked_of(voice.giver, pupil.birth_date, today),
            texts=texts,
            changed_meanwhile=bool(different) and seen != fingerprint(shown_to(pupil, voice.giver)),
        )
    )
    return [
        _write(pupil=pupil, text=texts[purpose], answer=answer, voice=voice, at=now)
        for purpose, answer in different.items()
    ]


def _own_words(pupil: Pupil, voice: _Voice, answers: dict[str, Consent]) -> dict[str, Consent | Signature]:
    """The last word of whoever speaks, of each purpose: it is not said twice. Another guardian's is not theirs."""
    lines = defaultdict(list)
    for line in Signature.objects.filter(pupil=pupil, giver=voice.giver):
        lines[line.purpose].append(line)
    words = {
        purpose: rules.last_word_of(voice.name, voice.relation, said, giver=voice.giver)
        for purpose, said in lines.items()
    }
    unwritten = {purpose: row for purpose, row in answers.items() if purpose not in lines}
    return {**unwritten, **{purpose: word for purpose, word in words.items() if word}}


def _write(
    *,
    pupil: Pupil,
    text: ConsentText,
    answer: str,
    voice: _Voice,
    at: datetime,
    scan: tuple[str, str] | None = None,
) -> Consent:
    """One line of the ledger, and its audit row; ``scan`` is the key and the hash of a paper form in private storage.

    A paper that was signed before what stands changes nothing and is kept: its history says so.
    """
    consent, _created = Consent.objects.get_or_create(
        pupil=pupil, purpose=text.purpose, text_version=text.version, giver=voice.giver
    )
    before = {"state": consent.state}
    line = _sign(consent, said=answer, voice=voice, at=at, school=pupil.school)
    said = rules.evidence_hash(consent, text, answer=answer, door=voice.door, language=voice.language, at=at, by=line)
    line.evidence_path, line.evidence_hash = scan or ("", said)
    line.save()
    is_last = stand(consent=consent, line=line, alone=is_alone(pupil=pupil, purpose=text.purpose))
    if is_last:  # a later answer replaces what an earlier, other version of the text was answered
        _let_go(pupil=pupil, purpose=text.purpose, giver=voice.giver, but=consent.pk)
    after = {
        "state": consent.state,
        "door": Code(voice.door),
        "language": voice.language,
        "evidence": Code(line.evidence_hash),
    }
    verb = VERB[ConsentState(answer)] if is_last else "consent.keep"
    record(by=voice.by or voice.signed_in, action=verb, obj=consent, before=before, after=after)
    if consent.state == ConsentState.DISPUTED and before["state"] != ConsentState.DISPUTED:
        consent_disputed(consent=consent, pupil=pupil)
    return consent


def _sign(consent: Consent, *, said: str, voice: _Voice, at: datetime, school: School) -> Signature:
    return Signature(
        pupil_id=consent.pupil_id,
        purpose=consent.purpose,
        text_version=consent.text_version,
        giver=consent.giver,
        said=said,
        signed_at=at,
        name=voice.name,
        relation=voice.relation,
        channel=voice.channel,
        school=school,
        recorded_by=voice.by,
        fresh_card=voice.fresh_card,
    )


def is_alone(*, pupil: Pupil, purpose: str) -> bool:
    """Whether only one giver is asked at the pupil's age today."""
    return len(rules.givers_needed(purpose, pupil.birth_date, timezone.localdate())) == 1


def stand(*, consent: Consent, line: Signature, alone: bool) -> bool:
    """Write where the ledger stands; whether ``line`` is its last word."""
    lines = ledger(consent.pupil, purpose=consent.purpose, giver=consent.giver)
    state, latest = rules.standing(lines, version=consent.text_version) or (consent.state, line)
    consent.state, consent.changed_at = state, timezone.now()
    if latest.pk == line.pk:
        consent.withdrawn_at = line.signed_at if state == ConsentState.WITHDRAWN else None
        if line.said != ConsentState.WITHDRAWN:  # after a withdrawal the row still says who had agreed, and how
            consent.alone, consent.school, consent.recorded_by = alone, line.school, line.recorded_by
            consent.fresh_card = line.fresh_card
            consent.given_by_name, consent.relation, consent.channel = line.name, line.relation, line.channel
            consent.evidence_hash = line.evidence_hash
            consent.given_at = line.signed_at if line.said == ConsentState.GIVEN else None
    consent.save()
    return latest.pk == line.pk


def _let_go(*, pupil: Pupil, purpose: str, giver: str, but: int) -> None:
    """A no holds for every text, so the row of today's carries on a disagreement about an older one."""
    rows = Consent.objects.filter(pupil=pupil, purpose=purpose, giver=giver, state__in=rules.WITHDRAWABLE)
    rows.exclude(pk=but).update(state=ConsentState.EXPIRED, changed_at=timezone.now())


# --- On paper -----------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Scan:
    digest: str
    path: str = field(compare=False)  # in private storage: each sending has its own


def record_papers(*, school: School, signed: rules.SignedForms, scan: CleanFile, by: User, key: str) -> int:
    """Record the answers of signed paper forms; ``scan`` shows them all and is kept in private storage.

    Questions that do not apply to a giver at a pupil's age are skipped. Gives the number of forms.
    Raises PermissionDenied, and ``Refused``: what ``rules.paper_refusal`` says of one of them.
    """
    path = keep_file(ContentFile(scan.data), folder="consents", ending=f".{scan.extension}")
    kept = _Scan(hashlib.sha256(scan.data).hexdigest(), path)
    try:
        number = _record_papers(school=school, signed=signed, scan=kept, by=by, key=key)
    except BaseException:
        forget_file(path)
        raise
    if not Signature.objects.filter(evidence_path=path).exists():  # sent twice, or no question applied
        forget_file(path)
    return number


@transaction.atomic
@once("consent.paper")
def _record_papers(*, school: School, signed: rules.SignedForms, scan: _Scan, by: User, key: str) -> int:
    must(policy.may_collect(by, school))
    for paper in sorted(signed.papers, key=lambda paper: paper.pupil_id):
        _record_paper(paper, signed, school=school, scan=(scan.path, scan.digest), by=by)
    return len(signed.papers)


def _record_paper(
    paper: rules.Paper, signed: rules.SignedForms, *, school: School, scan: tuple[str, str], by: User
) -> None:
    pupil, today = lock_pupil(pupil_id=paper.pupil_id), timezone.localdate()
    texts = current_texts(today)
    refuse_if(rules.paper_refusal(signed, pupil, name=paper.name, school=school, texts=texts, today=today))
    at = min(timezone.now(), timezone.make_aware(datetime.combine(signed.signed_on, time(12))))
    for giver in sorted(signed.signed_by):
        named = (pupil.full_name, "") if giver == ConsentGiver.PUPIL else (paper.name, paper.relation)
        voice = _Voice(giver, ConsentChannel.PAPER, f"user:{by.pk}", *named, language="vi", by=by)
        for purpose in rules.purposes_asked_of(giver, pupil.birth_date, today):
            if purpose in signed.answers and purpose in texts:
                moment = _moment(pupil, texts[purpose], signed, voice=voice, at=at)
                answer = signed.answers[purpose]
                _write(pupil=pupil, text=texts[purpose], answer=answer, voice=voice, at=moment, scan=scan)


def _moment(pupil: Pupil, text: ConsentText, signed: rules.SignedForms, *, voice: _Voice, at: datetime) -> datetime:
    """Noon of the day of the signature; right after, or right before, what the same person said on that day."""
    asked = Consent(pupil=pupil, purpose=text.purpose, text_version=text.version, giver=voice.giver)
    line = _sign(asked, said=signed.answers[text.purpose], voice=voice, at=at, school=pupil.school)
    recorded = ledger(pupil, purpose=text.purpose, giver=voice.giver)
    refuse_if(rules.same_day_refusal(line, recorded=recorded, is_later=signed.is_later))
    others = [each.signed_at for each in rules.same_day(line, recorded)]
    if not others:
        return at
    instant = timedelta(microseconds=1)
    return max(others) + instant if signed.is_later == rules.LATER else min(others) - instant


# --- Withdrawing --------------------------------------------------------------------------------
@transaction.atomic
def withdraw_as_guardian(*, link_id: int, purpose: str, by: User | None = None) -> list[Consent]:
    """Withdraw this guardian's consent for ``purpose``. Repeating this changes nothing.

    ``by`` is who was signed in in that browser, for the log alone.
    Raises ``Refused``: what ``rules.door_refusal`` says.
    """
    link, pupil = _through_door(link_id)
    who = (link.guardian_name, link.relation)
    voice = _Voice(ConsentGiver.GUARDIAN, ConsentChannel.LINK, f"link:{link.pk}", *who, "vi", signed_in=by)
    return _withdraw(pupil=pupil, purpose=purpose, voice=voice)


@transaction.atomic
def withdraw_as_pupil(*, pupil_id: int, purpose: str, by: User) -> list[Consent]:
    """Withdraw the pupil's consent for ``purpose``. Repeating this changes nothing. Raises PermissionDenied."""
    pupil = lock_pupil(pupil_id=pupil_id)
    must(policy.may_answer(by, pupil))
    voice = _Voice(ConsentGiver.PUPIL, ConsentChannel.ACCOUNT, f"user:{by.pk}", pupil.full_name, "", "vi", by=by)
    return _withdraw(pupil=pupil, purpose=purpose, voice=voice)


@transaction.atomic
def withdraw_at_school(
    *, pupil_id: int, purpose: str, giver: str, reason: str, by: User, name: str = "", relation: str = ""
) -> list[Consent]:
    """Record that the guardian or the pupil withdrew consent orally or on paper; no evidence is required for that.

    ``name`` and ``relation`` say which guardian it was; without them it is said for all of them. A withdrawal is never
    refused for want of a name. Repeating this changes nothing. Raises PermissionDenied.
    """
    pupil = lock_pupil(pupil_id=pupil_id)
    must(policy.may_record_withdrawal(by, pupil))
    voice = _Voice(giver, "", f"user:{by.pk}", name, relation, "vi", by=by)
    return _withdraw(pupil=pupil, purpose=purpose, voice=voice, reason=reason)


def _withdraw(*, pupil: Pupil, purpose: str, voice: _Voice, reason: str = "") -> list[Consent]:
    now = timezone.now()
    withdrawn = _to_withdraw(pupil=pupil, purpose=purpose, voice=voice)
    for consent in withdrawn:
        before = {"state": consent.state, "evidence": Code(consent.evidence_hash)}
        line = _sign(consent, said=ConsentState.WITHDRAWN, voice=voice, at=now, school=pupil.school)
        line.save()
        stand(consent=consent, line=line, alone=consent.alone)
        stop_by = rules.stop_by(purpose, timezone.localdate(now))
        after = {"state": consent.state, "door": Code(voice.door), "stop_by": stop_by}
        who = voice.by or voice.signed_in
        record(by=who, action="consent.withdraw", obj=consent, before=before, after=after, reason=reason)
        if before["state"] in (ConsentState.REFUSED, ConsentState.WITHDRAWN):
            continue  # it had stopped already, by another's word
        if consent.state == ConsentState.WITHDRAWN:
            consent_withdrawn(consent=consent, pupil=pupil, stop_by=stop_by)
        elif before["state"] != ConsentState.DISPUTED:
            consent_disputed(consent=consent, pupil=pupil)
    return withdrawn


def _to_withdraw(*, pupil: Pupil, purpose: str, voice: _Voice) -> list[Consent]:
    """What is in force or disputed. Where another guardian has stopped it, one's own no is still heard, once."""
    rows = Consent.objects.filter(pupil=pupil, purpose=purpose, giver=voice.giver).select_related("pupil")
    lines = ledger(pupil, purpose=purpose, giver=voice.giver)
    word = rules.last_word_of(voice.name, voice.relation, lines, giver=voice.giver)
    has_said_no = word is not None and word.said in NO
    if held := list(rows.filter(state__in=[ConsentState.GIVEN] if has_said_no else rules.WITHDRAWABLE)):
        return held
    if not lines or has_said_no or not (voice.name or voice.relation):
        return []
    return list(rows.order_by("-text_version")[:1])
