"""Who is asked for what, when an answer holds, and what proves it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from programs.consents.choices import ConsentGiver, ConsentPurpose, ConsentState
from programs.consents.models import Consent, ConsentText, GuardianLink
from programs.core.refusals import Refusal
from programs.pupils.models import Pupil
from programs.schools.models import School

CHILD_ANSWERS_FROM, ADULT_FROM = 7, 18
PUBLISHING = (ConsentPurpose.PHOTO, ConsentPurpose.SHOWCASE, ConsentPurpose.PARTNER)
LINK_LASTS = timedelta(days=365)  # a guardian must be able to withdraw for as long as the school year runs
ANSWERS = (ConsentState.GIVEN, ConsentState.REFUSED)
# Days within which a withdrawal is carried out everywhere, outside the portal too (Decree 356/2025).
DAYS_TO_STOP, DAYS_TO_STOP_WITH_PARTNERS = 15, 20

GUARDIAN, PUPIL = ConsentGiver.GUARDIAN, ConsentGiver.PUPIL


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


def is_in_force(*, purpose: str, pupil: Pupil, given_by: Collection[str], day: date) -> bool:
    """Whether ``purpose`` is allowed; ``given_by`` are the givers with a valid consent to the current text."""
    needed = givers_needed(purpose, pupil.birth_date, day)
    return has_someone_to_withdraw(pupil, day) and needed <= set(given_by)


def purposes_asked_of(giver: str, birth_date: date | None, day: date) -> list[str]:
    """The questions that this giver is asked about the pupil."""
    return [purpose for purpose in ConsentPurpose.values if giver in givers_needed(purpose, birth_date, day)]


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


def evidence_hash(consent: Consent, text: ConsentText, *, answer: str, door: str, language: str, at: datetime) -> str:
    """``door`` is ``link:12`` or ``user:34``: through which the answer came."""
    return _sha256(
        {
            "format": FORMAT,
            "pupil": consent.pupil_id,
            "purpose": text.purpose,
            "text_version": text.version,
            "text": text_hash(text),
            "giver": consent.giver,
            "answer": answer,
            "name": consent.given_by_name,
            "relation": consent.relation,
            "channel": consent.channel,
            "door": door,
            "language": language,
            "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        }
    )


def _sha256(value: object) -> str:
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
