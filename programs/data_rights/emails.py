"""Emails about data requests, to requesters and handlers. They name nobody."""

from __future__ import annotations

from datetime import date

from django.urls import reverse

from programs.accounts.models import User
from programs.data_rights import queries
from programs.data_rights.choices import RefusalGround, Requester, RequestKind
from programs.data_rights.models import DataRequest
from programs.notices.actions import write_message
from programs.notices.models import Message


def _facts(request: DataRequest) -> dict:
    return {
        "reference": request.reference,
        "kind": RequestKind(request.kind).label,  # in the reader's language, not the actor's
        "answer_by": request.answer_by,
        "due_on": request.due_on,
    }


def _requester_account(request: DataRequest) -> User | None:
    """The account of who asked, if it was asked from an account; a guardian reads the state under their link."""
    if request.requester == Requester.PERSON:
        return request.person
    if request.requester == Requester.PUPIL and request.pupil and request.pupil.user:
        return request.pupil.user
    return None


def tell_requester(*, request: DataRequest, occasion: str, occasion_key: str = "") -> None:
    """``occasion``: received, answered, refused, extended, done."""
    person = _requester_account(request)
    if person is None or not person.is_active:
        return
    ground = RefusalGround(request.refusal_ground).label if request.refusal_ground else ""
    write_message(
        kind="data_request_news",
        to=person,
        dedupe_key=f"data-request:{request.pk}:{occasion}{occasion_key}",
        context=_facts(request) | {"occasion": occasion, "answer": request.answer, "ground": ground},
        link=reverse("my_data_request", args=[request.reference]),
    )


def tell_handlers(*, request: DataRequest, occasion: str, day: date) -> int:
    """``occasion``: new, answer, due; once for each date and handler. How many letters are new."""
    keys = {
        person: f"data-request:{request.pk}:{occasion}:{day}:{person.pk}" for person in queries.handlers_of(request)
    }
    told = set(Message.objects.filter(dedupe_key__in=keys.values()).values_list("dedupe_key", flat=True))
    untold = {person: key for person, key in keys.items() if key not in told}
    for person, key in untold.items():
        write_message(
            kind="data_request_waits",
            to=person,
            dedupe_key=key,
            context=_facts(request) | {"occasion": occasion},
            link=reverse("data_request_detail", args=[request.reference]),
        )
    return len(untold)
