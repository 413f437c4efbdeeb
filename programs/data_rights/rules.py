"""Requests about personal data: which school handles them, which step may follow which, and how long each may take.

The numbers of days are data with their legal source (``data/data_rights.toml``): they change with a decree.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from programs.consents.rules import age_on
from programs.core.refusals import Refusal
from programs.data_rights.choices import OPEN_REQUESTS, Requester, RequestKind, RequestState
from programs.data_rights.models import DataRequest
from programs.schools.models import School

_DATA = tomllib.loads((Path(__file__).parent / "data" / "data_rights.toml").read_text(encoding="utf-8"))
ACTS_ALONE_FROM = 16  # below, the legal representative exercises the rights (Law on Children 2016; to be confirmed)
SOON = 3  # days before a date from which a list marks it


@dataclass(frozen=True)
class Deadline:
    """``days`` of a unit, ``working`` or ``calendar``, and where the law says so."""

    days: int
    unit: str
    source: str
    to_confirm: bool


def deadline(name: str, *, third_parties: bool = False) -> Deadline:
    """How long ``answer``, ``extension`` or a kind of request may take; longer when others must act, too."""
    entry = _DATA[name]
    days = entry.get("with_third_parties", entry["days"]) if third_parties else entry["days"]
    return Deadline(days=days, unit=entry["unit"], source=entry["source"], to_confirm=entry["to_confirm"])


WARN_BEFORE_ANSWER: int = _DATA["warning"]["before_answer"]
WARN_BEFORE_DONE: int = _DATA["warning"]["before_done"]


# --- Who ----------------------------------------------------------------------------------------
def handling_school(school: School | None) -> School | None:
    """The school that handles a request, or None for the department: a school that is closed handles nothing."""
    return school if school and school.is_working else None


def needs_representative(birth_date: date | None, day: date) -> bool:
    """Whether a guardian must support the request; an unknown age counts as a child's."""
    age = age_on(birth_date, day)
    return age is None or age < ACTS_ALONE_FROM


def waits_for_guardian(request: DataRequest, today: date) -> bool:
    """A child's own request to be erased: it cannot be undone, so a guardian agrees first, and that is on record."""
    if request.kind != RequestKind.ERASE or request.requester != Requester.PUPIL or request.agreed_at:
        return False
    return request.pupil is not None and needs_representative(request.pupil.birth_date, today)


# --- Whether now --------------------------------------------------------------------------------
_AFTER = {
    "identify": (RequestState.RECEIVED,),
    "answer": (RequestState.IDENTIFIED,),
    "finish": (RequestState.ANSWERED,),
    "refuse": OPEN_REQUESTS,
    "extend": OPEN_REQUESTS,
}


def step_refusal(step: str, request: DataRequest) -> Refusal | None:
    """Why ``step`` cannot be taken."""
    if not request.is_open:
        return Refusal("request_closed", _("This request is closed. See its history below."))
    if step == "extend" and request.extended_at:
        return Refusal(
            "extended_already",
            _("The deadline has already been extended once; the law does not allow a second extension."),
        )
    if request.state in _AFTER[step]:
        return None
    if request.state == RequestState.RECEIVED:
        return Refusal("identity_first", _("First check who is asking."))
    if request.state == RequestState.IDENTIFIED:
        return Refusal("answer_first", _("First answer the request."))
    return Refusal("step_taken", _("This step has already been taken. See the history below."))


def guardian_refusal(request: DataRequest, *, today: date) -> Refusal | None:
    """Why nothing goes on with an erasure that only a child has asked for."""
    if not waits_for_guardian(request, today):
        return None
    return Refusal(
        "guardian_first",
        _("The pupil is under 16, or the age is not known. Record the guardian's agreement first."),
    )


def agreement_refusal(request: DataRequest, *, today: date) -> Refusal | None:
    """Why no guardian's agreement is recorded."""
    if not request.is_open:
        return Refusal("request_closed", _("This request is closed. See its history below."))
    if not waits_for_guardian(request, today):
        return Refusal("not_needed", _("This request waits for no guardian."))
    return None


def correction_refusal(request: DataRequest) -> Refusal | None:
    if request.kind != RequestKind.CORRECT:
        return Refusal("other_kind", _("Data can only be corrected here in response to a correction request."))
    if request.pupil and request.pupil.erased_at:
        return Refusal("erased", _("The data has been erased in the meantime."))
    return step_refusal("finish", request)


def erasure_refusal(request: DataRequest, *, has_role: bool, today: date) -> Refusal | None:
    """``has_role``: the person still works for a school, a centre or an office in the portal."""
    if request.kind != RequestKind.ERASE:
        return Refusal("other_kind", _("Data can only be erased in response to an erasure request."))
    if refusal := guardian_refusal(request, today=today) or step_refusal("finish", request):
        return refusal
    if has_role:
        return Refusal(
            "has_role",
            _(
                "This person still has a role on the portal. End it first: someone else has to take over what is "
                "waiting for them."
            ),
        )
    return None


def asking_refusal(*, kind: str, has_same_open: bool) -> Refusal | None:
    if kind not in RequestKind.values:
        return Refusal("kind", _("Choose what you are asking for."), "kind")
    if has_same_open:
        return Refusal("asked_already", _("The same request is already open; you can see its progress below."), "kind")
    return None
