"""The current state of consents. Unknown means no: what is not found here is not allowed."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.contrib.contenttypes.models import ContentType
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from wagtail.models import ModelLogEntry

from programs.accounts.models import SignInCard
from programs.consents import rules
from programs.consents.choices import NO, ConsentChannel, ConsentGiver, ConsentPurpose, ConsentState
from programs.consents.models import Consent, ConsentText, GuardianLink, Signature
from programs.core.audit import history_of
from programs.core.models import ActReason
from programs.pupils.models import ClassGroup, Enrolment, Pupil
from programs.pupils.queries import pupils_of_class
from programs.schools.models import Membership, School
from programs.schools.queries.roles import roles_of
from programs.schools.queries.staff import hash_of_token


# --- Texts --------------------------------------------------------------------------------------
def current_texts(day: date | None = None) -> dict[str, ConsentText]:
    """The text of each purpose that is in force: its newest version that has begun."""
    day = day or timezone.localdate()
    begun = {text.purpose: text for text in ConsentText.objects.filter(in_force_from__lte=day).order_by("version")}
    return {purpose: begun[purpose] for purpose in ConsentPurpose.values if purpose in begun}


def _said(consents: QuerySet[Consent], day: date) -> QuerySet[Consent]:
    """Each yes to the current text, and each no to whatever text; the newest of a giver comes last."""
    newest = ConsentText.objects.filter(purpose=OuterRef("purpose"), in_force_from__lte=day).order_by("-version")
    to_current = Q(state=ConsentState.GIVEN, text_version=Subquery(newest.values("version")[:1]))
    return consents.filter(to_current | Q(state__in=NO)).order_by("text_version")


# --- Who sees what ------------------------------------------------------------------------------
def pupils_asked_by(user) -> QuerySet[Pupil]:
    """The pupils whose consents the person collects: those of the schools whose staff they are."""
    return Pupil.objects.filter(school__in=roles_of(user).own_school_ids).select_related("school")


def consents_seen_by(user) -> QuerySet[Consent]:
    return Consent.objects.filter(pupil__in=pupils_asked_by(user)).select_related("pupil__school")


def scans_seen_by(user) -> QuerySet[Signature]:
    """Evidence belongs to the school that took it, or that took this school over: it stays there when a pupil moves."""
    own = roles_of(user).own_school_ids
    taken = Signature.objects.filter(Q(school__in=own) | Q(school__merged_into__in=own)).exclude(evidence_path="")
    return taken.select_related("pupil__school", "school__merged_into")


# --- In force -----------------------------------------------------------------------------------
def in_force(pupil_ids: Collection[int], purpose: str, *, day: date | None = None) -> set[int]:
    """Those of ``pupil_ids`` with all required consents to the current text; one query."""
    day = day or timezone.localdate()
    pupils: dict[int, Pupil] = {}
    said: dict[int, dict[str, Consent]] = {}
    asked = Consent.objects.filter(pupil__in=set(pupil_ids), purpose=purpose)
    for consent in _said(asked, day).select_related("pupil"):
        pupils[consent.pupil_id] = consent.pupil
        said.setdefault(consent.pupil_id, {})[consent.giver] = consent
    return {
        pk for pk, pupil in pupils.items() if rules.is_in_force(purpose=purpose, pupil=pupil, said=said[pk], day=day)
    }


def publishing_allowed(pupil_ids: Collection[int], purpose: str, *, day: date | None = None) -> set[int]:
    """The pupils whom a public page, a report or a partner may be shown now: ask at every showing, keep no answer."""
    if purpose not in rules.PUBLISHING:
        raise ValueError(f"{purpose} publishes nothing")
    return in_force(pupil_ids, purpose, day=day)


# --- A guardian's link --------------------------------------------------------------------------
def link_with_token(token: str) -> GuardianLink | None:
    """The link of this token whether it still opens or not. People type it, in whichever way."""
    links = GuardianLink.objects.select_related("pupil__school")
    return links.filter(token_hash=hash_of_token(rules.plain_token(token))).first()


def guardian_for_token(token: str) -> GuardianLink | None:
    """The guardian's link while it opens; None once it expired, was replaced, or the pupil came of age or left."""
    link = link_with_token(token)
    closed = rules.door_refusal(link, now=timezone.now(), today=timezone.localdate())
    return None if closed else link


# --- One person's answers -----------------------------------------------------------------------
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
        state=_state_for(text, consent),
        consent=consent,
        other=other,
        other_agrees=bool(other) and _state_for(text, rows.get((text.purpose, other))) == ConsentState.GIVEN,
    )


def _state_for(text: ConsentText, consent: Consent | None) -> str:
    """The state of an answer to today's text: a consent to an older one asks again, a withdrawal stays one."""
    if consent is None or consent.state == ConsentState.EXPIRED:
        return ConsentState.ASKED
    if consent.text_version != text.version and consent.state not in (ConsentState.WITHDRAWN, ConsentState.DISPUTED):
        return ConsentState.ASKED
    return consent.state


# --- A class and a school -----------------------------------------------------------------------
@dataclass(frozen=True)
class Cell:
    """One pupil and one purpose: ``given`` when it is in force, otherwise what prevents it."""

    purpose: str
    state: str
    label: str

    @property
    def in_force(self) -> bool:
        return self.state == ConsentState.GIVEN

    @property
    def purpose_label(self) -> str:
        return ConsentPurpose(self.purpose).label


@dataclass(frozen=True)
class Row:
    pupil: Pupil
    cells: list[Cell]
    link: GuardianLink | None

    @property
    def may_take_part(self) -> bool:
        return any(cell.purpose == ConsentPurpose.TAKE_PART and cell.in_force for cell in self.cells)


def overview_of_class(class_group: ClassGroup, *, day: date | None = None) -> list[Row]:
    """The class's pupils with each purpose; four queries, however many pupils."""
    return overview_of_pupils(list(pupils_of_class(class_group)), day=day)


def overview_of_pupils(pupils: list[Pupil], *, day: date | None = None) -> list[Row]:
    day = day or timezone.localdate()
    texts = current_texts(day)
    answers: dict[int, dict[tuple[str, str], Consent]] = defaultdict(dict)
    for consent in Consent.objects.filter(pupil__in=pupils).order_by("text_version"):
        answers[consent.pupil_id][consent.purpose, consent.giver] = consent
    live = GuardianLink.objects.filter(pupil__in=pupils, voided_at=None, expires_at__gt=timezone.now())
    links = {link.pupil_id: link for link in live.order_by("pk")}
    return [
        Row(
            pupil=pupil,
            cells=[_cell(pupil, purpose, texts.get(purpose), answers[pupil.pk], day) for purpose in ConsentPurpose],
            link=links.get(pupil.pk),
        )
        for pupil in pupils
    ]


def _cell(pupil: Pupil, purpose: str, text: ConsentText | None, answers: Mapping, day: date) -> Cell:
    if text is None:
        return Cell(purpose, "not_asked", pgettext("consent", "Not asked"))
    needed = sorted(rules.givers_needed(purpose, pupil.birth_date, day))
    states = {giver: _state_for(text, answers.get((purpose, giver))) for giver in needed}
    given_by = [giver for giver, state in states.items() if state == ConsentState.GIVEN]
    every = {giver: answers[purpose, giver] for giver in ConsentGiver.values if (purpose, giver) in answers}
    said = {giver: row for giver, row in every.items() if row.state in NO or _state_for(text, row) == row.state}
    if rules.is_in_force(purpose=purpose, pupil=pupil, said=said, day=day):
        return Cell(purpose, ConsentState.GIVEN, ConsentState.GIVEN.label)
    for state in (ConsentState.DISPUTED, ConsentState.WITHDRAWN, ConsentState.REFUSED):
        if state in states.values() or (len(given_by) == len(needed) and state in {row.state for row in said.values()}):
            return Cell(purpose, state, state.label)
    if not any((purpose, giver) in answers for giver in needed):
        return Cell(purpose, "not_asked", pgettext("consent", "Not asked"))
    return Cell(purpose, ConsentState.ASKED, _waiting_for([giver for giver in needed if giver not in given_by]))


def _waiting_for(givers: list[str]) -> str:
    if givers == [ConsentGiver.GUARDIAN]:
        return _("Waiting for the guardian")
    if givers == [ConsentGiver.PUPIL]:
        return _("Waiting for the pupil")
    return _("Waiting for both")


@dataclass
class Figures:
    """How many pupils there are, and for how many of them each purpose is in force."""

    pupils: int = 0
    in_force: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ConsentPurpose.values, 0))

    def add(self, purposes: Iterable[str]) -> None:
        self.pupils += 1
        for purpose in purposes:
            self.in_force[purpose] += 1

    @property
    def counts(self) -> list[tuple[str, int, int]]:
        """(label, in force, missing) of each purpose."""
        return [
            (purpose.label, self.in_force[purpose], self.pupils - self.in_force[purpose]) for purpose in ConsentPurpose
        ]


def figures_of_school(school: School, school_year, *, day: date | None = None) -> tuple[Figures, dict[int, Figures]]:
    """The whole school's figures and each class's, in two queries."""
    day = day or timezone.localdate()
    whole, by_class = Figures(), defaultdict(Figures)
    places = Enrolment.objects.in_force(day).select_related("pupil").filter(
        Q(pupil__left_on=None) | Q(pupil__left_on__gt=day), class_group__school=school,
        class_group__school_year=school_year,
    )  # fmt: skip
    said: dict[int, dict[str, dict[str, Consent]]] = defaultdict(lambda: defaultdict(dict))
    for consent in _said(Consent.objects.filter(pupil__school=school), day):
        said[consent.pupil_id][consent.purpose][consent.giver] = consent
    for place in places:
        purposes = [
            purpose
            for purpose, heard in said[place.pupil_id].items()
            if rules.is_in_force(purpose=purpose, pupil=place.pupil, said=heard, day=day)
        ]
        whole.add(purposes)
        by_class[place.class_group_id].add(purposes)
    return whole, dict(by_class)


# --- Proof and history --------------------------------------------------------------------------
def proof_holds(consent: Consent) -> bool | None:
    """Whether the evidence of an online consent still matches; None for paper, where the scan is the evidence."""
    if consent.channel == ConsentChannel.PAPER:
        return None
    text = ConsentText.objects.filter(purpose=consent.purpose, version=consent.text_version).first()
    act = history_of(consent).filter(action="consent.give").first()
    if text is None or act is None or consent.given_at is None:
        return False
    after = act.data["after"]
    how = {"door": after["door"], "language": after["language"], "at": consent.given_at, "by": consent}
    computed = rules.evidence_hash(consent, text, answer=ConsentState.GIVEN, **how)
    return computed == consent.evidence_hash == after["evidence"]


def mark_fresh_accounts(pupil: Pupil, answers: Iterable[Consent]) -> None:
    """Give the pupil's own answers of a just opened account their ``card``: who printed it could have used it."""
    cards = list(SignInCard.objects.filter(user__pupil=pupil, used_at__isnull=False).select_related("issued_by"))
    for consent in answers:
        consent.card = rules.card_behind(consent, cards)


def lines_by_consent(pupil: Pupil, user) -> Mapping[tuple[str, str, int], list[Signature]]:
    """The ledger line by line, newest first, by (purpose, giver, version), as the person's school may read it."""
    own = roles_of(user).own_school_ids
    found: dict[tuple[str, str, int], list[Signature]] = defaultdict(list)
    for line in pupil.signatures.select_related("recorded_by", "school").order_by("-signed_at", "-pk"):
        line.is_ours = line.school_id is None or line.school_id in own or line.school.merged_into_id in own
        found[line.purpose, line.giver, line.text_version].append(line)
    return found


@dataclass(frozen=True)
class Event:
    """One line of a pupil's history, as the timeline shows it."""

    timestamp: datetime
    message: str
    user: object
    reason: ActReason | None


def history_of_pupil(pupil: Pupil) -> list[Event]:
    """Every move of the pupil's consents and of their guardians' links, newest first."""
    consents = {str(row.pk): row for row in Consent.objects.filter(pupil=pupil)}
    links = [str(pk) for pk in GuardianLink.objects.filter(pupil=pupil).values_list("pk", flat=True)]
    ours = set(Membership.objects.filter(school=pupil.school_id).values_list("user", flat=True)) | {pupil.user_id}
    found = [_event(entry, consents, ours) for entry in _entries(Consent, consents)]
    found += [_event(entry, {}, ours) for entry in _entries(GuardianLink, links)]
    return sorted(found, key=lambda event: event.timestamp, reverse=True)


def _entries(model: type, pks: Collection[str]):
    entries = ModelLogEntry.objects.filter(content_type=ContentType.objects.get_for_model(model), object_id__in=pks)
    return entries.select_related("user", "reason")


def _event(entry: ModelLogEntry, consents: Mapping[str, Consent], ours: Collection[int | None]) -> Event:
    """People of another school, where the pupil was before, are not named, nor what they wrote."""
    consent = consents.get(entry.object_id)
    message = str(entry.message)
    if consent:
        message = f"{message}: {consent.get_purpose_display()} ({consent.get_giver_display()})"
    if entry.user_id and entry.user_id not in ours:
        return Event(entry.timestamp, _("{act} (at another school)").format(act=message), None, None)
    return Event(entry.timestamp, message, entry.user, getattr(entry, "reason", None))


def withdrawn_lately(user, *, day: date | None = None) -> QuerySet[Consent]:
    """Withdrawals at the person's schools whose clock still runs."""
    day = day or timezone.localdate()
    since = day - timedelta(days=rules.DAYS_TO_STOP_WITH_PARTNERS)
    lately = Consent.objects.filter(state=ConsentState.WITHDRAWN, withdrawn_at__date__gte=since)
    return lately.filter(pupil__school__in=roles_of(user).own_school_ids).select_related("pupil__school")
