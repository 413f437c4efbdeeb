"""Who is asked for what, when an answer holds, and what proves it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from programs.accounts.models import SignInCard
from programs.consents.choices import NO, ConsentChannel, ConsentGiver, ConsentPurpose, ConsentState
from programs.consents.models import Consent, ConsentText, GuardianLink, Signature
from programs.core.dates import local_day
from programs.core.references import TYPED_ALPHABET, read_code
from programs.core.refusals import Refusal
from programs.core.text import clean_name, fold
from programs.pupils.models import Pupil
from programs.schools.models import School

CHILD_ANSWERS_FROM, ADULT_FROM = 7, 18
PUBLISHING = (ConsentPurpose.PHOTO, ConsentPurpose.SHOWCASE, ConsentPurpose.PARTNER)
LINK_LASTS = timedelta(days=365)  # a guardian must be able to withdraw for as long as the school year runs
WITHDRAWABLE = (ConsentState.GIVEN, ConsentState.DISPUTED)
LATER, EARLIER = "later", "earlier"  # a paper, than what is recorded of the same day
ANSWERS = (ConsentState.GIVEN, ConsentState.REFUSED)
# Days within which a withdrawal is carried out everywhere, outside the portal too (Decree 356/2025).
DAYS_TO_STOP, DAYS_TO_STOP_WITH_PARTNERS = 15, 20

GUARDIAN, PUPIL = ConsentGiver.GUARDIAN, ConsentGiver.PUPIL
GIVERS = (GUARDIAN, PUPIL)
# What people write for a mother and a father, without accents.
MOTHER, FATHER = "mother", "father"
RELATIONS = {
    **dict.fromkeys(("me", "me ruot", "ma", "mother", "mum", "mom"), MOTHER),
    **dict.fromkeys(("cha", "cha ruot", "bo", "bo ruot", "ba", "father", "dad"), FATHER),
}


def age_on(birth_date: date | None, day: date) -> int | None:
    """Full years on ``day``; None when the date of birth is not known."""
    if birth_date is None:
        return None
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def is_adult(birth_date: date | None, day: date) -> bool:
    age = age_on(birth_date, day)
    return age is not None and age >= ADULT_FROM


def givers_needed(purpose: str, birth_date: date | None, day: date) -> frozenset[str]:
    """Whose consent ``purpose`` takes: all of them, or it is not in force."""
    age = age_on(birth_date, day)
    if age is not None and age >= ADULT_FROM:
        return frozenset({PUPIL})
    if purpose == ConsentPurpose.TAKE_PART or (age is not None and age < CHILD_ANSWERS_FROM):
        return frozenset({GUARDIAN})
    return frozenset({GUARDIAN, PUPIL})


def has_someone_to_withdraw(pupil: Pupil, day: date) -> bool:
    """A consent counts only while its giver can take it back as easily as it was given."""
    if pupil.merged_into_id or pupil.erased_at:
        return False
    return is_adult(pupil.birth_date, day) or not has_left(pupil, day)


def has_left(pupil: Pupil, day: date) -> bool:
    return pupil.left_on is not None and pupil.left_on <= day


def is_in_force(*, purpose: str, pupil: Pupil, said: Mapping[str, Consent], day: date) -> bool:
    """Whether ``purpose`` is allowed; ``said`` holds each giver's consent to the current text, or their last no."""
    needed = givers_needed(purpose, pupil.birth_date, day)
    given = {giver for giver, consent in said.items() if consent.state == ConsentState.GIVEN}
    if not needed <= given or not has_someone_to_withdraw(pupil, day) or waits_for_look(said):
        return False
    return all(_has_the_last_word(said[giver], said.get(other)) for giver in needed for other in {*GIVERS} - needed)


def waits_for_look(said: Mapping[str, Consent]) -> bool:
    """Whether a child's yes came from an account that a card had just opened, and no guardian has agreed since.

    Whoever printed the card could have given it. A guardian reads of it behind their own link, which is closed to the
    school; a form that is signed on paper does not show that they did.
    """
    own, guardians = said.get(PUPIL), said.get(GUARDIAN)
    if own is None or own.state != ConsentState.GIVEN or not own.fresh_card:
        return False
    if guardians is None or guardians.state != ConsentState.GIVEN or guardians.channel != ConsentChannel.LINK:
        return True
    return not (guardians.given_at and own.given_at and guardians.given_at > own.given_at)


def _has_the_last_word(yes: Consent, other: Consent | None) -> bool:
    """Whether a yes counts without the other giver, whom an age no longer asks (reached, or corrected).

    No birthday opens anything by itself: what the other refused, or was asked and left open, stays closed until who is
    asked now has said yes as the only one asked.
    """
    if other and other.state == ConsentState.GIVEN:
        return True
    if not yes.alone or yes.given_at is None:
        return False
    return other is None or yes.given_at > (other.withdrawn_at or other.changed_at)


def purposes_asked_of(giver: str, birth_date: date | None, day: date) -> list[str]:
    """The questions that this giver is asked about the pupil."""
    return [purpose for purpose in ConsentPurpose.values if giver in givers_needed(purpose, birth_date, day)]


# --- The ledger ---------------------------------------------------------------------------------
def parent_of(relation: str) -> str:
    """Mother or father, however it is written; empty for everybody else."""
    return RELATIONS.get(fold(relation).strip(), "")


def last_words(signatures: Iterable[Signature]) -> dict[str, Signature]:
    """The last word of each person about one purpose, by the day on which it was signed.

    A father and a mother are two people whatever their names; others are told apart by name. A line without a name
    takes back every yes before it, but nobody's no, and gives way to the next who gives a name.
    """
    lines = sorted(signatures, key=lambda line: (line.signed_at, line.pk))
    last: dict[str, Signature] = {}
    for line in lines:
        who = _speaker(line, lines)
        if not who:
            last = {person: word for person, word in last.items() if word.said in NO}
        last.pop("", None)
        last[who] = line
    return last


def _speaker(line: Signature, lines: Collection[Signature]) -> str:
    if line.giver == PUPIL:
        return PUPIL
    name = clean_name(line.name).casefold()
    known = {clean_name(each.name).casefold(): parent_of(each.relation) for each in lines if parent_of(each.relation)}
    return parent_of(line.relation) or known.get(name, "") or name


def standing(signatures: Iterable[Signature], *, version: int) -> tuple[str, Signature] | None:
    """Where the ledger of one purpose and giver stands for a ``version`` of the text, and the line that decides.

    A yes holds for the text that it was said to, a no for every one.
    """
    heard = [line for line in last_words(signatures).values() if line.said in NO or line.text_version == version]
    if not heard:
        return None
    latest = max(heard, key=lambda line: (line.signed_at, line.pk))
    noes = [line for line in heard if line.said in NO]
    if noes and len(noes) < len(heard):
        return ConsentState.DISPUTED, latest
    return latest.said, latest


def last_word_of(name: str, relation: str, signatures: Collection[Signature], *, giver: str) -> Signature | None:
    asking = Signature(giver=giver, name=name, relation=relation)
    return last_words(signatures).get(_speaker(asking, signatures))


def same_day(line: Signature, recorded: Collection[Signature]) -> list[Signature]:
    """What the same person said otherwise on the day on which ``line`` was signed."""
    who = _speaker(line, recorded)
    return [each for each in recorded if _clash(each, line) and _speaker(each, [*recorded, line]) in ("", who)]


def same_day_refusal(line: Signature, *, recorded: Collection[Signature], is_later: str) -> Refusal | None:
    """Why a paper is not recorded: only people know which of two answers of one day came last."""
    if is_later or not same_day(line, recorded):
        return None
    return Refusal(
        "same_day",
        _("Another answer of the same day is recorded. Say which came last: this paper, or what is recorded."),
        "is_later",
    )


def _clash(earlier: Signature, line: Signature) -> bool:
    same = earlier.signed_on == line.signed_on
    return same and (earlier.said == ConsentState.GIVEN) != (line.said == ConsentState.GIVEN)


# --- A guardian's link --------------------------------------------------------------------------
def door_refusal(link: GuardianLink | None, *, now: datetime, today: date) -> Refusal | None:
    """Why a guardian's link does not (or no longer) work."""
    if link is None:
        return Refusal("no_such_link", _("This link does not exist. Check that you typed the whole code."))
    pupil = link.pupil
    if is_adult(pupil.birth_date, today):
        return Refusal("adult", _("The pupil is now 18 and decides alone, on their own page of the portal."))
    if pupil.merged_into_id or pupil.erased_at or has_left(pupil, today):
        return Refusal(
            "left", _("The pupil is no longer on this school's register. Nothing more is shown or shared from here.")
        )
    if link.voided_at or link.expires_at <= now:
        return Refusal(
            "link_over", _("This link has been replaced or has expired. Ask the class teacher for a new one.")
        )
    return None


def speaking_refusal(
    link: GuardianLink, *, name: str, relation: str, answers: Collection[str],
    own_links: Collection[GuardianLink], lines: Collection[Signature],
) -> Refusal | None:  # fmt: skip
    """Why nobody says yes here as the mother or the father who has a link of their own: their no is theirs to change."""
    parent = _speaker(Signature(giver=GUARDIAN, name=name, relation=relation), lines)
    taken = {parent_of(each.made_for) for each in own_links} - {"", parent_of(link.made_for)}
    if ConsentState.GIVEN not in answers or parent not in taken:
        return None
    message = _("This parent has a link of their own. Answer there, or ask the class teacher to make it once more.")
    return Refusal("own_link", message, "relation")


def link_refusal(pupil: Pupil, *, today: date) -> Refusal | None:
    """Why no link can be created for this pupil's guardian."""
    if is_adult(pupil.birth_date, today):
        return Refusal("adult", _("The pupil is 18 or older and answers alone; the guardian is no longer asked."))
    if not has_someone_to_withdraw(pupil, today):
        return Refusal("left", _("The pupil is no longer on the school's register."))
    return None


# --- Answers ------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Answered:
    """Submitted answers: the answer for each purpose, and the text version shown."""

    answers: Mapping[str, str]  # purpose -> given or refused
    versions: Mapping[str, int]  # purpose -> version of the text that was shown


def letters_refusal(asked: Collection[Pupil]) -> Refusal | None:
    """Why there are no letters for a class: ``asked`` are its pupils whose guardians are asked."""
    if asked:
        return None
    return Refusal("nobody_asked", _("Every pupil in this class is 18 or older and answers alone."))


def answer_refusal(
    answered: Answered, *, asked: Collection[str], texts: Mapping[str, ConsentText], changed_meanwhile: bool = False
) -> Refusal | None:
    """Why these answers cannot be recorded. ``texts`` are those in force, by purpose."""
    if not answered.answers:
        return Refusal(
            "nothing_answered", _("No question was answered, so nothing changes. Choose at least one answer.")
        )
    if any(answer not in ANSWERS for answer in answered.answers.values()) or set(answered.answers) - set(asked):
        return Refusal("not_asked", _("One of these answers was not asked for. Open the page again."))
    if any(purpose not in texts for purpose in answered.answers):
        return Refusal("no_text", _("This question is not being asked at the moment."))
    if any(texts[purpose].version != answered.versions.get(purpose) for purpose in answered.answers):
        return Refusal("text_changed", _("The text of a question has changed in the meantime. Please read it again."))
    if changed_meanwhile:
        return Refusal(
            "changed_meanwhile", _("An answer has changed since you opened this page. Check again, then decide.")
        )
    return None


@dataclass(frozen=True)
class Paper:
    """One pupil's form among those on a scan, with the guardian who signed it."""

    pupil_id: int
    name: str
    relation: str


@dataclass(frozen=True)
class SignedForms:
    """What the paper forms on a scan say. ``signed_by`` are the givers whose signatures are on all of them."""

    papers: Collection[Paper]
    signed_by: Collection[str]
    answers: Mapping[str, str]  # purpose -> given or refused
    signed_on: date
    is_later: str = ""  # later or earlier, where the same person said something else on that day


def paper_refusal(
    signed: SignedForms, pupil: Pupil, *, name: str, school: School, texts: Mapping[str, ConsentText], today: date
) -> Refusal | None:
    """Why the form of ``pupil``, with the guardian's ``name``, cannot be recorded by ``school``."""
    if pupil.school_id != school.pk or not has_someone_to_withdraw(pupil, today):
        return Refusal("not_of_school", _("Choose pupils who are currently on your school's register."), "pupils")
    if not signed.answers:
        return Refusal("nothing_answered", _("Enter at least one answer given on the form."))
    if not signed.signed_by:
        return Refusal("nobody_signed", _("Say who signed the form."), "signed_by")
    if GUARDIAN in signed.signed_by and not name:
        return Refusal("no_name", _("Type the name of the guardian who signed, for each pupil."), "pupils")
    if signed.signed_on > today:
        return Refusal("in_future", _("The form cannot have been signed later than today."), "signed_on")
    if any(signed.signed_on < texts[purpose].in_force_from for purpose in signed.answers if purpose in texts):
        return Refusal(
            "older_text",
            _("The form asked a different question on that day. Print today's form and have it signed again."),
            "signed_on",
        )
    return None


def settling_refusal(consent: Consent, lines: Iterable[Signature], *, signed_on: date, today: date) -> Refusal | None:
    """Why no paper can end the disagreement about ``consent``."""
    if consent.state != ConsentState.DISPUTED:
        return Refusal("not_disputed", _("The guardians do not disagree about this any more. See the answers."))
    if signed_on > today:
        return Refusal("in_future", _("The paper cannot be dated later than today."), "signed_on")
    if any(signed_on < line.signed_on for line in lines):
        return Refusal(
            "older", _("One of them answered after that day. Only a later paper can settle it."), "signed_on"
        )
    return None


def stop_by(purpose: str, withdrawn_on: date) -> date:
    """The last day on which a withdrawn consent may still be in use outside the portal."""
    days = DAYS_TO_STOP_WITH_PARTNERS if purpose == ConsentPurpose.PARTNER else DAYS_TO_STOP
    return withdrawn_on + timedelta(days=days)


# --- Texts --------------------------------------------------------------------------------------
def text_refusal(*, in_force_from: date, today: date) -> Refusal | None:
    if in_force_from < today:
        return Refusal("in_the_past", _("A text cannot be in force before it is published."), "in_force_from")
    return None


FORMAT = 1


def text_hash(text: ConsentText) -> str:
    """Hash both languages: changing a word of a published text breaks all evidence that relies on it."""
    return _sha256([text.purpose, text.version, text.title, text.title_en, text.body, text.body_en])


def evidence_hash(
    consent: Consent, text: ConsentText, *, answer: str, door: str, language: str, at: datetime, by: Signature | Consent
) -> str:
    """``door`` is ``link:12`` or ``user:34``: through which the answer came; ``by`` says who gave it."""
    return _sha256(
        {
            "format": FORMAT,
            "pupil": consent.pupil_id,
            "purpose": text.purpose,
            "text_version": text.version,
            "text": text_hash(text),
            "giver": consent.giver,
            "answer": answer,
            "name": by.given_by_name if isinstance(by, Consent) else by.name,
            "relation": by.relation,
            "channel": by.channel,
            "door": door,
            "language": language,
            "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        }
    )


def _sha256(value: object) -> str:
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


# --- Doors ----------------------------------------------------------------------------------------
PROOF_LENGTH = 8  # of 25 letters: 37 bits, behind a brake on guesses
JUST_OPENED = timedelta(days=7)


def plain_token(token: str) -> str:
    """A guardian's token however it was typed."""
    return read_code(token).lower()


def proof_of(token: str) -> str:
    """The code on the other part of this link's letter; only the portal can tell it from the address."""
    digest = salted_hmac("programs.consents.guardian_proof", plain_token(token), algorithm="sha256").digest()
    return "".join(TYPED_ALPHABET[byte % len(TYPED_ALPHABET)] for byte in digest[:PROOF_LENGTH])


def fresh_card(cards: Iterable[SignInCard], *, at: datetime) -> SignInCard | None:
    """The card that opened the account in the week before ``at``."""
    return next((card for card in cards if card.used_at and at - JUST_OPENED < card.used_at <= at), None)


def own_yes_refusal(card: SignInCard | None, *, purposes: Collection[str], alone: Collection[str]) -> Refusal | None:
    """Why a pupil who decides alone cannot say yes to ``purposes`` so soon after a ``card`` opened the account."""
    if card is None or card.used_at is None or not set(purposes) & set(alone):
        return None
    words = _("Your account was opened with a printed card. From {day} you can agree here; until then on a paper form.")
    day = local_day(card.used_at + JUST_OPENED) + timedelta(days=1)
    return Refusal("fresh_card", words.format(day=f"{day:%d/%m/%Y}"))
