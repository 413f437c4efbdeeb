"""One person's answers, question by question."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from programs.accounts.models import SignInCard
from programs.consents import rules
from programs.consents.choices import NO, ConsentGiver, ConsentState
from programs.consents.models import Consent, ConsentText, GuardianLink, Signature
from programs.consents.queries.in_force import current_texts
from programs.core.text import fold
from programs.pupils.models import Pupil


@dataclass(frozen=True)
class Question:
    """A question to one giver, and the state of their answer. ``state`` is asked, given, refused or withdrawn."""

    purpose: str
    text: ConsentText
    state: str
    consent: Consent | None
    other: str  # who else must agree, or nobody
    others_yes: Consent | None = None
    is_unseen: bool = False  # a child's yes from an account that a card had just opened: agreed to once more, it counts
    settled_on: date | None = None  # the day of the paper that ended a disagreement about it

    @property
    def other_agrees(self) -> bool:
        return self.others_yes is not None

    @property
    def waits_for_guardian(self) -> bool:
        """A pupil's own yes that a guardian has not seen yet."""
        return self.is_given and self.is_unseen

    @property
    def is_open(self) -> bool:
        return self.state == ConsentState.ASKED

    @property
    def is_given(self) -> bool:
        return self.state == ConsentState.GIVEN

    @property
    def is_disputed(self) -> bool:
        return self.state == ConsentState.DISPUTED

    @property
    def answered_at(self) -> datetime | None:
        return self.consent.changed_at if self.consent and not self.is_open else None

    @property
    def stop_by(self) -> date | None:
        """The end of the clock that a withdrawal started."""
        if self.state != ConsentState.WITHDRAWN:
            return None
        return rules.stop_by(self.purpose, timezone.localdate(self.consent.withdrawn_at))

    @property
    def label(self) -> str:
        return ConsentState(self.state).label


def answers_of(pupil: Pupil, giver: str) -> dict[str, Consent]:
    """The newest row of each purpose that this giver was asked."""
    rows = Consent.objects.filter(pupil=pupil, giver=giver).order_by("purpose", "text_version")
    return {consent.purpose: consent for consent in rows}


def ledger(pupil: Pupil, *, purpose: str, giver: str) -> list[Signature]:
    """What was said about one purpose, by the day on which it was signed."""
    return list(Signature.objects.filter(pupil=pupil, purpose=purpose, giver=giver))


def is_answered_so(
    answers: Mapping[str, Consent | Signature], *, purpose: str, text: ConsentText | None, answer: str
) -> bool:
    """Whether today's text has this very answer already."""
    word = answers.get(purpose)
    said = word.said if isinstance(word, Signature) else word and word.state
    return bool(word and text and word.text_version == text.version and said == answer)


def fingerprint(answers: Mapping[str, Consent]) -> str:
    """Changes with every answer: the key of a form that people without an account send."""
    rows = sorted((row.purpose, row.text_version, row.state, row.changed_at.isoformat()) for row in answers.values())
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:32]


def shown_to(pupil: Pupil, giver: str) -> dict[str, Consent]:
    """The answers on the page of this giver: their own, and what a guardian reads of a child's new account."""
    found = answers_of(pupil, giver)
    if giver == ConsentGiver.GUARDIAN:
        own = Consent.objects.filter(pupil=pupil, giver=ConsentGiver.PUPIL, state=ConsentState.GIVEN, fresh_card=True)
        found |= {f"own {consent.purpose}": consent for consent in own}
    return found


def to_say_again(pupil: Pupil, giver: str) -> set[str]:
    """Where a yes counts only when it is said once more: a guardian sees their child's, or one is asked alone by now."""
    return {each.purpose for each in questions_for(pupil, giver) if each.is_unseen or each.is_open}


@dataclass(frozen=True)
class Guardian:
    """A guardian whom the school knows; ``key`` tells them apart on a form and names nobody."""

    key: str
    name: str
    relation: str


def guardians_of(pupil: Pupil) -> list[Guardian]:
    """Who answered for the child, who holds a link, and whom the register names; the latest word of each first."""
    lines = Signature.objects.filter(pupil=pupil, giver=ConsentGiver.GUARDIAN).order_by("-signed_at", "-pk")
    links = GuardianLink.objects.filter(pupil=pupil, voided_at=None).order_by("-pk")
    told = [*lines.values_list("name", "relation"), *links.values_list("guardian_name", "relation")]
    found: dict[str, Guardian] = {}
    for name, relation in [*told, (pupil.guardian_name, "")]:
        key = rules.parent_of(relation) or hashlib.sha256(fold(name).encode()).hexdigest()[:12]
        if (name or rules.parent_of(relation)) and name not in {each.name for each in found.values()}:
            found.setdefault(key, Guardian(key, name, relation))
    return list(found.values())


def cards_of(pupil: Pupil) -> list[SignInCard]:
    """The printed cards that opened the pupil's account."""
    return list(SignInCard.objects.filter(user__pupil=pupil, used_at__isnull=False).select_related("issued_by"))


def questions_for(pupil: Pupil, giver: str, *, day: date | None = None) -> list[Question]:
    """Every question this giver is asked about the pupil, in two queries; a guardian, who may have settled it, in three."""
    day = day or timezone.localdate()
    texts = current_texts(day)
    rows = {(row.purpose, row.giver): row for row in Consent.objects.filter(pupil=pupil).order_by("text_version")}
    lines = Signature.objects.filter(pupil=pupil, giver=giver) if giver == ConsentGiver.GUARDIAN else []
    last = {line.purpose: line for line in lines}
    found = []
    for purpose in rules.purposes_asked_of(giver, pupil.birth_date, day):
        if purpose in texts:
            found.append(_question(pupil, giver, texts[purpose], rows, last.get(purpose), day))
    return found


def to_ask(questions: list[Question], sent: Mapping[str, object]) -> list[Question]:
    """The open questions, and those of a page that is being ``sent``: sent twice, it must be read the second time too."""
    return [each for each in questions if each.is_open or f"{each.purpose}_version" in sent]


def _question(
    pupil: Pupil, giver: str, text: ConsentText, rows: Mapping, last: Signature | None, day: date
) -> Question:
    consent = rows.get((text.purpose, giver))
    others = rules.givers_needed(text.purpose, pupil.birth_date, day) - {giver}
    other = next(iter(others), "")
    theirs = rows.get((text.purpose, other))
    agrees = bool(other) and state_for(text, theirs) == ConsentState.GIVEN
    state = state_for(text, consent)
    said = {each: rows[text.purpose, each] for each in rules.GIVERS if (text.purpose, each) in rows}
    own = state_for(text, rows.get((text.purpose, ConsentGiver.PUPIL)))
    is_unseen = bool(other) and own == ConsentState.GIVEN and rules.waits_for_look(said)
    if is_unseen and giver == ConsentGiver.GUARDIAN and state == ConsentState.GIVEN:
        state = ConsentState.ASKED
    if not other and state == ConsentState.GIVEN and not _counts(pupil, text, said, day):
        state = ConsentState.ASKED  # it was given when another was asked too: who decides alone says it once more
    return Question(
        purpose=text.purpose,
        text=text,
        state=state,
        consent=consent,
        other=other,
        others_yes=theirs if agrees else None,
        is_unseen=is_unseen,
        settled_on=last.signed_on if last and last.settles else None,
    )


def _counts(pupil: Pupil, text: ConsentText, said: Mapping[str, Consent], day: date) -> bool:
    heard = {giver: row for giver, row in said.items() if row.state in NO or state_for(text, row) == ConsentState.GIVEN}
    return rules.is_in_force(purpose=text.purpose, pupil=pupil, said=heard, day=day)


def state_for(text: ConsentText, consent: Consent | None) -> str:
    """The state of an answer to today's text: a consent to an older one asks again, a withdrawal stays one."""
    if consent is None or consent.state == ConsentState.EXPIRED:
        return ConsentState.ASKED
    if consent.text_version != text.version and consent.state not in (ConsentState.WITHDRAWN, ConsentState.DISPUTED):
        return ConsentState.ASKED
    return consent.state
