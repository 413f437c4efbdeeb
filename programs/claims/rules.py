"""Whether a school may be registered, a registration corrected or decided now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from programs.claims.choices import ENDED_CLAIMS, ClaimState
from programs.core.refusals import Refusal
from programs.schools.choices import SchoolState

MOST_LETTERS = 3  # of one registration
CLAIM_DECIDED = Refusal("claim_decided", _("This registration has already been decided. See its history below."))


def claim_refusal(state: str, *, seeks_coordinator: bool = False, is_claimed: bool = False) -> Refusal | None:
    """Why a school in ``state`` cannot be registered. ``seeks_coordinator``: it is at work without one."""
    if state == SchoolState.INVITED or (seeks_coordinator and not is_claimed):
        return None
    if state == SchoolState.CLAIMED or is_claimed:
        return Refusal(
            "claim_open",
            _(
                "Someone else has registered this school and confirmed their address; its authority is checking that "
                "registration now. Ask at your school who it was. If nobody knows about it, tell the authority: it can "
                "refuse that registration, and the school is free again."
            ),
        )
    if state in (SchoolState.CLOSED, SchoolState.MERGED):
        return Refusal("school_closed", _("This school is closed or has become part of another one."))
    return Refusal(
        "already_registered",
        _("This school is already registered. Ask its coordinator to invite you."),
    )


def flood_refusal(*, is_exhausted: bool) -> Refusal | None:
    if not is_exhausted:
        return None
    return Refusal(
        "too_many_claims",
        _(
            "Too many registrations have come from your network in the past day. Nothing is lost: send it tomorrow, or "
            "from another network."
        ),
    )


def address_refusal(*, is_exhausted: bool) -> Refusal | None:
    if not is_exhausted:
        return None
    message = _(
        "Several letters about registrations went to this address in the past day. Look for them in its mailbox, also "
        "under junk mail, or try again tomorrow."
    )
    return Refusal("too_many_letters", message, "email")


def confirmation_refusal(state: str, *, until: datetime, now: datetime) -> Refusal | None:
    """Why the link of the letter no longer sends a registration."""
    if state != ClaimState.UNCONFIRMED:
        return Refusal("claim_confirmed", _("This address has been confirmed already."))
    if until <= now:
        return Refusal("link_expired", _("This link has expired. Nothing was sent: fill in the registration again."))
    return None


def letter_refusal(state: str, *, until: datetime, letters: int, now: datetime) -> Refusal | None:
    """Why the letter with the link is not sent once more."""
    if refusal := confirmation_refusal(state, until=until, now=now):
        return refusal
    if letters < MOST_LETTERS:
        return None
    message = _(
        "The letter was sent {count} times. Look under junk mail, and check the address above: if it is wrong, fill in "
        "the registration again."
    )
    return Refusal("enough_letters", message.format(count=letters))


def reopening_refusal(state: str, *, is_empty: bool) -> Refusal | None:
    """A refusal by mistake, or a registration that ended too early, may be taken up again while it is still known."""
    if state not in ENDED_CLAIMS:
        return Refusal("not_ended", _("Only a registration that was refused or has expired can be reopened."))
    if is_empty:
        message = _("The name and address of this registration have been deleted. The school can be registered again.")
        return Refusal("claim_emptied", message)
    return None


def correction_refusal(state: str) -> Refusal | None:
    if state == ClaimState.RETURNED:
        return None
    if state == ClaimState.VERIFIED:
        return Refusal("claim_decided", _("This registration has already been verified. Please sign in."))
    if state == ClaimState.REFUSED:
        return Refusal("claim_refused", _("This registration was refused and can no longer be changed."))
    if state == ClaimState.EXPIRED:
        return Refusal("claim_expired", _("This registration has ended. The school can be registered again."))
    return Refusal("claim_waiting", _("This registration is waiting for the authority and cannot be changed now."))


def decision_refusal(state: str, *, to: str) -> Refusal | None:
    """A returned registration waits for the claimant, but an invented one must not block its school permanently."""
    if state == ClaimState.SUBMITTED or (state == ClaimState.RETURNED and to == ClaimState.REFUSED):
        return None
    return CLAIM_DECIDED


@dataclass(frozen=True)
class Waiting:
    """``confirm``: in hours; ``authority``: in working days; ``claimant`` and ``expire``: in days since it was returned."""

    confirm_within: int = 24
    remind_authority_after: int = 3
    remind_authority_again: int = 5
    remind_claimant_after: int = 7
    remind_claimant_again: int = 7
    expire_after: int = 30

    @classmethod
    def from_settings(cls, jurisdiction: Mapping) -> Waiting:
        """From the jurisdiction's own file; a number that it does not name is the usual one."""
        said = jurisdiction.get("registration", {})
        return cls(**{each.name: int(said[each.name]) for each in fields(cls) if each.name in said})
