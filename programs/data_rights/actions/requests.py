"""Data requests: received, identity checked, answered, done; or refused, or extended once.

The row holds the current state; each step is an audit row, and a requester with an account is notified.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from programs.accounts.models import User
from programs.consents.actions.consents import withdraw_at_school
from programs.consents.models import Consent, GuardianLink
from programs.consents.rules import WITHDRAWABLE, door_refusal
from programs.core.audit import Code, record
from programs.core.idempotency import key_reused
from programs.core.locking import locked
from programs.core.nets import one_by_one
from programs.core.policy import must
from programs.core.references import ALPHABET
from programs.core.refusals import Refused, refuse_if
from programs.core.versions import refuse_if_stale
from programs.data_rights import queries, rules
from programs.data_rights.choices import RefusalGround, Requester, RequestState
from programs.data_rights.emails import tell_handlers, tell_requester
from programs.data_rights.models import DataRequest
from programs.data_rights.policy import may_handle
from programs.pupils.models import Pupil


def ask(
    *,
    kind: str,
    pupil: Pupil | None,
    person: User | None,
    requester: str,
    requester_name: str,
    text: str,
    by: User | None,
    key: str,
    received_at: datetime | None = None,
) -> DataRequest:
    """Record a request about ``pupil`` or ``person``; ``by`` is None for a guardian, who has no account.

    The reference follows from the form's key, so the same form sent again finds the first request. A paper
    request carries the moment at which the school received it. Raises ``Refused``: ``asked_already``, ``key_reused``.
    """
    reference = _reference(key=key, pupil=pupil, person=person)
    with transaction.atomic():
        if earlier := DataRequest.objects.filter(reference=reference).first():
            return _same_or_refused(earlier, kind=kind, text=text)
        _lock_asker(pupil=pupil, person=person)
        refuse_if(
            rules.asking_refusal(kind=kind, has_same_open=queries.has_same_open(pupil=pupil, person=person, kind=kind))
        )
        try:
            with transaction.atomic():
                request = _new_request(
                    reference=reference, kind=kind, pupil=pupil, person=person, requester=requester,
                    requester_name=requester_name, text=text, received_at=received_at or timezone.now(),
                )  # fmt: skip
        except IntegrityError:  # a double click that waited for the first one
            return _same_or_refused(DataRequest.objects.get(reference=reference), kind=kind, text=text)
        after = {
            "kind": kind,
            "requester": requester,
            "answer_by": request.answer_by,
            "due_on": request.due_on,
        }
        record(by=by, action="data_request.receive", obj=request, after=after)
        tell_handlers(request=request, occasion="new", day=request.answer_by)
        tell_requester(request=request, occasion="received")
    return request


def _lock_asker(*, pupil: Pupil | None, person: User | None) -> None:
    """Two forms about one person come one after the other: the second finds the request of the first."""
    if pupil:
        Pupil.objects.select_for_update(no_key=True).get(pk=pupil.pk)
    elif person:
        User.objects.select_for_update(no_key=True).get(pk=person.pk)


def _reference(*, key: str, pupil: Pupil | None, person: User | None) -> str:
    about = f"{key}|{pupil.pk if pupil else ''}|{person.pk if person else ''}"
    digest = salted_hmac("programs.schools.data_request", about, algorithm="sha256").digest()
    return "YC-" + "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:8])


def _same_or_refused(request: DataRequest, *, kind: str, text: str) -> DataRequest:
    if (request.kind, request.text) != (kind, text):
        raise Refused(key_reused(), earlier=request)
    return request


def _new_request(*, kind: str, received_at: datetime, pupil: Pupil | None, person: User | None, **words) -> DataRequest:
    day = timezone.localdate(received_at)
    third_parties = queries.has_partners(pupil)
    request = DataRequest(
        kind=kind,
        pupil=pupil,
        person=person,
        school=queries.handler_school_of(pupil=pupil, person=person),
        received_at=received_at,
        answer_by=queries.date_after(day, rules.deadline("answer")),
        due_on=queries.date_after(day, rules.deadline(kind, third_parties=third_parties)),
        **words,
    )
    # People who ask from an account have proved who they are by signing in.
    if request.requester in (Requester.PERSON, Requester.PUPIL) and not rules.waits_for_guardian(
        request, timezone.localdate()
    ):
        request.state = RequestState.IDENTIFIED
    request.save()
    return request


def locked_request(*, request_id: int) -> DataRequest:
    """The request under its lock."""
    return locked(DataRequest.objects.select_related("school", "pupil", "person"), pk=request_id)


def _request_to_handle(*, request_id: int, by: User) -> DataRequest:
    request = locked_request(request_id=request_id)
    must(may_handle(by, request))
    return request


def _move(
    request: DataRequest,
    *,
    step: str,
    state: str | None,
    by: User | None,
    reason: str = "",
    after: dict | None = None,
    **columns,
) -> DataRequest:
    before = {"state": request.state}
    for name, value in ({"handled_by": by, **columns} | ({"state": state} if state else {})).items():
        setattr(request, name, value)
    request.save()
    record(
        by=by,
        action=f"data_request.{step}",
        obj=request,
        before=before,
        after={"state": request.state, **(after or {})},
        reason=reason,
    )
    return request


@transaction.atomic
def identify(*, request_id: int, how: str, by: User) -> DataRequest:
    """Record that the requester's identity was checked, and ``how``. Repeating this changes nothing.

    Raises PermissionDenied, and ``Refused`` where the step cannot follow.
    """
    request = _request_to_handle(request_id=request_id, by=by)
    if request.state == RequestState.IDENTIFIED:
        return request
    refuse_if(rules.guardian_refusal(request, today=timezone.localdate()))
    refuse_if(rules.step_refusal("identify", request))
    return _move(request, step="identify", state=RequestState.IDENTIFIED, by=by, reason=how)


@transaction.atomic
def record_agreement(*, request_id: int, how: str, by: User) -> DataRequest:
    """Record that a guardian agreed to what a child under 16 asked for, and ``how``. Repeating this changes nothing.

    Raises PermissionDenied, and ``Refused``: what ``rules.agreement_refusal`` says.
    """
    request = _request_to_handle(request_id=request_id, by=by)
    return _agree(request, by=by, door=f"user:{by.pk}", how=how)


@transaction.atomic
def agree_as_guardian(*, request_id: int, link: GuardianLink) -> DataRequest:
    """A guardian agrees through their link. Repeating this changes nothing.

    Raises ``Refused``: what the rules of the link and ``rules.agreement_refusal`` say.
    """
    refuse_if(door_refusal(link, now=timezone.now(), today=timezone.localdate()))
    request = locked_request(request_id=request_id)
    must(request.pupil_id == link.pupil_id)
    return _agree(request, by=None, door=f"link:{link.pk}")


def _agree(request: DataRequest, *, by: User | None, door: str, how: str = "") -> DataRequest:
    if request.agreed_at:
        return request
    now = timezone.now()
    refuse_if(rules.agreement_refusal(request, today=timezone.localdate(now)))
    return _move(
        request, step="agree", state=RequestState.IDENTIFIED, by=by, reason=how, agreed_at=now,
        after={"door": Code(door)},
    )  # fmt: skip


@transaction.atomic
def answer(*, request_id: int, words: str, by: User) -> DataRequest:
    """Answer the requester: what will be done and by when. The same words twice are told once.

    Raises PermissionDenied, and ``Refused`` where the step cannot follow.
    """
    request = _request_to_handle(request_id=request_id, by=by)
    if request.state == RequestState.ANSWERED and request.answer == words:
        return request
    refuse_if(rules.step_refusal("answer", request))
    now = timezone.now()
    late = request.answer_by < timezone.localdate(now)
    _move(
        request, step="answer", state=RequestState.ANSWERED, by=by, answered_at=now, answer=words,
        after={"late": late},
    )  # fmt: skip
    tell_requester(request=request, occasion="answered")
    return request


@transaction.atomic
def refuse(*, request_id: int, ground: str, words: str, by: User) -> DataRequest:
    """Refuse on one of the legal grounds, with an explanation.

    Raises PermissionDenied, and ``Refused``: ``ground``, ``request_closed``.
    """
    request = _request_to_handle(request_id=request_id, by=by)
    if request.state == RequestState.REFUSED and request.refusal_ground == ground:
        return request
    refuse_if(rules.step_refusal("refuse", request))
    if ground not in RefusalGround.values:
        raise Refused.because("ground", _("Choose the legal grounds for refusing it."), "ground")
    _move(
        request, step="refuse", state=RequestState.REFUSED, by=by, refusal_ground=ground, answer=words,
        answered_at=request.answered_at or timezone.now(), after={"ground": RefusalGround(ground)},
    )  # fmt: skip
    tell_requester(request=request, occasion="refused")
    return request


@transaction.atomic
def extend(*, request_id: int, reason: str, by: User) -> DataRequest:
    """Take the one extension that the law allows, with its reason.

    Raises PermissionDenied, and ``Refused``: ``request_closed``, ``extended_already``.
    """
    request = _request_to_handle(request_id=request_id, by=by)
    refuse_if(rules.step_refusal("extend", request))
    before = request.due_on
    due_on = queries.date_after(before, rules.deadline("extension"))
    _move(
        request, step="extend", state=None, by=by, reason=reason, due_on=due_on, extended_at=timezone.now(),
        after={"due_before": before, "due_on": due_on},
    )  # fmt: skip
    tell_requester(request=request, occasion="extended")
    return request


@transaction.atomic
def finish(*, request_id: int, words: str, by: User, withdraw: bool = False) -> DataRequest:
    """Complete the request; ``words`` say what was done. ``withdraw`` ends all consents of the pupil immediately.

    Raises PermissionDenied, and ``Refused`` where the step cannot follow.
    """
    request = _request_to_handle(request_id=request_id, by=by)
    if request.state == RequestState.DONE:
        return request
    refuse_if(rules.step_refusal("finish", request))
    stopped = _withdraw_consents(request, request.pupil, by=by) if withdraw and request.pupil else 0
    done(request=request, words=words, by=by, after={"consents_withdrawn": stopped} if withdraw else None)
    return request


def _withdraw_consents(request: DataRequest, pupil: Pupil, *, by: User) -> int:
    given = Consent.objects.filter(pupil=pupil, state__in=WITHDRAWABLE)
    asked = set(given.values_list("purpose", "giver"))
    for purpose, giver in sorted(asked):
        withdraw_at_school(pupil_id=pupil.pk, purpose=purpose, giver=giver, reason=request.reference, by=by)
    return len(asked)


def done(*, request: DataRequest, words: str, by: User | None, after: dict | None = None) -> None:
    """Close a request that was carried out, in the caller's transaction."""
    now = timezone.now()
    late = request.due_on < timezone.localdate(now)
    _move(
        request, step="finish", state=RequestState.DONE, by=by, done_at=now, answer=words or request.answer,
        after={"late": late} | (after or {}),
    )  # fmt: skip
    tell_requester(request=request, occasion="done")


@transaction.atomic
def correct(
    *, request_id: int, facts: dict[str, Any], version: str, words: str, by: User, told_source: bool = False
) -> DataRequest:
    """Correct the pupil's record or the person's name, and close the request.

    The data does not originate here: the handler confirms that the source was corrected, so that the next import
    agrees.
    The history says which columns changed, never their contents. The same correction twice changes nothing.

    Raises PermissionDenied, and ``Refused``: ``source_first``, ``changed_meanwhile`` when the values are not those
    that were read at ``version``, and whatever prevents any of the steps.
    """
    request = _request_to_handle(request_id=request_id, by=by)
    _lock_corrected(request)
    stored = queries.correctable(request)
    changed = [name for name in stored if name in facts and stored[name] != facts[name]]
    if request.state == RequestState.DONE and not changed:
        return request
    refuse_if(rules.correction_refusal(request))
    if request.pupil and not told_source:
        message = _("Correct it in the school's register first: otherwise the next import will bring the mistake back.")
        raise Refused.because("source_first", message, "told_source")
    if changed:
        refuse_if_stale(version, stored)
        _set(request, {name: facts[name] for name in changed}, by=by)
    done(request=request, words=words, by=by, after={"columns": changed})
    return request


def _lock_corrected(request: DataRequest) -> None:
    """The row that is corrected under its lock, as it is now: an import or the person may have changed it."""
    row = request.about
    row.refresh_from_db(from_queryset=type(row)._default_manager.select_for_update())


def _set(request: DataRequest, facts: dict[str, Any], *, by: User) -> None:
    row = request.about
    for name, value in facts.items():
        setattr(row, name, value)
    row.save()
    record(by=by, action="person.correct", obj=row, after={"columns": [*facts], "request": Code(request.reference)})


def warn_handlers(*, today: date) -> int:
    """Warn before a date is missed, once for each date; how many requests were warned of."""
    due: dict[str, list[DataRequest]] = {"answer": [], "due": []}
    for row, occasion in queries.to_warn_of(today):
        due[occasion].append(row)
    return sum(one_by_one(f"data requests {what}", rows, partial(_warn, occasion=what)) for what, rows in due.items())


@transaction.atomic
def _warn(row: DataRequest, *, occasion: str) -> bool:
    day = row.answer_by if occasion == "answer" else row.due_on
    if not tell_handlers(request=row, occasion=occasion, day=day):
        return False
    return DataRequest.objects.filter(pk=row.pk).update(alerted_at=timezone.now()) == 1
