"""One person's answers, question by question."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from programs.consents import rules
from programs.consents.choices import ConsentState
from programs.consents.models import Consent, ConsentText, Signature
from programs.consents.queries.in_force import current_texts
from programs.pupils.models import Pupil


@dataclass(frozen=True)
class Question:
    """A question to one giver, and the state of their answer. ``state`` is asked, given, refused or withdrawn."""

    purpose: str
    text: ConsentText
    state: str
    consent: Consent | None
    other: str  # who else must agree, or nobody
    other_agrees: bool

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


def questions_for(pupil: Pupil, giver: str, *, day: date | None = None) -> list[Question]:
    """Every question this giver is asked about the pupil, in two queries."""
    day = day or timezone.localdate()
    texts = current_texts(day)
    rows = {(row.purpose, row.giver): row for row in Consent.objects.filter(pupil=pupil).order_by("text_version")}
    found = []
    for purpose in rules.purposes_asked_of(giver, pupil.birth_date, day):
        if purpose in texts:
            found.append(_question(pupil, giver, texts[purpose], rows, day))
    return found


def to_ask(questions: list[Question], sent: Mapping[str, object]) -> list[Question]:
    """The open questions, and those of a page that is being ``sent``: sent twice, it must be read the second time too."""
    return [each for each in questions if each.is_open or f"{each.purpose}_version" in sent]


def _question(pupil: Pupil, giver: str, text: ConsentText, rows: Mapping, day: date) -> Question:
    consent = rows.get((text.purpose, giver))
    others = rules.givers_needed(text.purpose, pupil.birth_date, day) - {giver}
    other = next(iter(others), "")
    return Question(
        purpose=text.purpose,
        text=text,
        state=state_for(text, consent),
        consent=consent,
        other=other,
        other_agrees=bool(other) and state_for(text, rows.get((text.purpose, other))) == ConsentState.GIVEN,
    )


def state_for(text: ConsentText, consent: Consent | None) -> str:
    """The state of an answer to today's text: a consent to an older one asks again, a withdrawal stays one."""
    if consent is None or consent.state == ConsentState.EXPIRED:
        return ConsentState.ASKED
    if consent.text_version != text.version and consent.state not in (ConsentState.WITHDRAWN, ConsentState.DISPUTED):
        return ConsentState.ASKED
    return consent.state
