"""An erasure is confirmed by a person, carried out by the worker, and found again after a backup was restored."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from programs.accounts.models import User
from programs.core.audit import Code, record
from programs.core.jobs import enqueue
from programs.core.models import Job
from programs.core.orphans import KEPT_FOLDERS, collect_orphans
from programs.core.personal import Erasure, Subject, Text, carry_out, obstacles_to_erasing, plan_erasure
from programs.core.personal_tables import VAST, search_vast_tables
from programs.core.policy import must
from programs.core.refusals import Refused, refuse_if
from programs.data_rights import queries, rules
from programs.data_rights.actions.requests import done, locked_request
from programs.data_rights.choices import Requester, RequestKind, RequestState
from programs.data_rights.models import DataRequest
from programs.data_rights.policy import may_erase
from programs.pupils import rules as pupil_rules
from programs.pupils.models import Pupil

ERASE_JOB = "schools.erase"
FOLDER = "erasures"  # in private storage, outside the database: what a restored backup does not know
ROUNDS = 3
KEPT_FOLDERS.add(FOLDER)


@dataclass(frozen=True)
class Outlook:
    """What an erasure would do, and what prevents it."""

    lines: list[Erasure]
    obstacles: list[Text]
    later: list[tuple[Text, Text]]  # what is only searched when the erasure is carried out: what it is, and why it goes


def outlook(*, request: DataRequest) -> Outlook:
    """The dry run: nothing is changed."""
    subject = queries.subject_of(pupil=request.pupil, user=request.person)
    return Outlook(
        lines=plan_erasure(replace(subject, is_preview=True)),
        obstacles=obstacles_to_erasing(subject.user_id),
        later=[table.masked for table in VAST if table.masked],
    )


@transaction.atomic
def start_erasure(*, request_id: int, typed: str, by: User) -> Job:
    """Hand a confirmed erasure to the worker; ``typed`` is the request's reference, copied by hand.

    Raises PermissionDenied, and ``Refused``: ``typed``, ``has_role``, and whatever prevents any of the steps.
    """
    request = _request_to_erase(request_id=request_id, by=by)
    if typed.strip().upper() != request.reference:
        message = _("Type the reference exactly as shown above: an erasure cannot be undone.")
        raise Refused.because("typed", message, "typed")
    record(by=by, action="data_request.confirm_erasure", obj=request)
    return enqueue(
        ERASE_JOB, arguments={"request": request.pk, "by": by.pk}, owner=by, unique_key=f"erase:{request.pk}"
    )


def _request_to_erase(*, request_id: int, by: User) -> DataRequest:
    request = locked_request(request_id=request_id)
    must(by.is_active and may_erase(by, request))  # the worker comes later: the account may be closed by then
    subject = queries.subject_of(pupil=request.pupil, user=request.person)
    refuse_if(
        rules.erasure_refusal(request, has_role=bool(obstacles_to_erasing(subject.user_id)), today=timezone.localdate())
    )
    return request


def erase(*, request_id: int, by: User, report: Callable[[int, int], object] = lambda done, total: None) -> dict:
    """Carry out a confirmed erasure, completely or not at all; repeating it finds nothing left to do.

    Letters to others are looked through first, a step at a time, and ``report`` is told how far it is.

    Raises PermissionDenied, and ``Refused`` for what has come in the way since it was confirmed.
    """
    request = DataRequest.objects.select_related("pupil__user", "person").get(pk=request_id)
    if request.state == RequestState.DONE:
        return {"counts": {}}
    collect_orphans()  # of pictures that a killed upload left nobody knows whose they are
    subject = queries.subject_of(pupil=request.pupil, user=request.person)
    search_vast_tables(subject, report)
    try:
        with transaction.atomic():
            request = _request_to_erase(request_id=request_id, by=by)
            _remember(request, subject)
            counts = _forget(subject)
            _note(subject, by=by, reference=request.reference, counts=counts)
            request.refresh_from_db()
            request.requester_name = request.text = ""
            done(request=request, words="", by=by, after={"counts": counts})
    except (PermissionDenied, Refused):
        _remember_not(request)  # also what an attempt before it left: a restored backup must not carry it out after all
        raise
    return {"counts": counts}


def _forget(subject: Subject) -> dict[str, int]:
    """Rows may appear while others are being forgotten; the last round finds only what stays."""
    counts: dict[str, int] = {}
    for number in range(ROUNDS):
        plan = plan_erasure(subject)
        if number and all(line.outcome == Erasure.KEPT for line in plan):
            break
        found = carry_out(plan)
        counts = counts or found
    return counts


def _note(subject: Subject, *, by: User | None, reference: str, counts: dict[str, int]) -> None:
    after = {"request": Code(reference), "counts": counts}
    for pupil in Pupil.objects.filter(pk__in=subject.pupil_ids):
        record(by=by, action="person.erase", obj=pupil, after=after)
    if user := _account_of(subject):
        record(by=by, action="person.erase", obj=user, after=after)


def _account_of(subject: Subject) -> User | None:
    return User.objects.filter(pk=subject.user_id).first() if subject.user_id else None


# --- After a backup was restored ----------------------------------------------------------------
def _mark(username: str) -> str:
    return salted_hmac("programs.schools.erased_user", username, algorithm="sha256").hexdigest()


def _remember(request: DataRequest, subject: Subject) -> None:
    """Numbers and keyed hashes only. Written before the erasure is committed, because an incomplete list would miss
    people, and after it was asked whether it may be: a refused one is not carried out after a restore.
    """
    pupils = Pupil.objects.filter(pk__in=subject.pupil_ids)
    user = _account_of(subject)
    entry = {
        "reference": request.reference,
        "confirmed_at": timezone.now().isoformat(),
        "pupils": [
            {
                "id": row.pk,
                "mark": pupil_rules.erased_identifier(
                    school_id=row.school_id, source=row.source, external_id=row.external_id
                ),
            }
            for row in pupils
        ],
        "user": {"id": user.pk, "mark": _mark(user.username)} if user else None,
    }
    name, private = _file_of(request), storages["private"]
    if not private.exists(name):
        private.save(name, ContentFile(json.dumps(entry, indent=1).encode()))


def _file_of(request: DataRequest) -> str:
    return f"{FOLDER}/{request.reference}.json"


def _remember_not(request: DataRequest) -> None:
    storages["private"].delete(_file_of(request))


def erase_again() -> Iterator[tuple[str, str]]:
    """Apply every erasure of the list to a database that was restored from before it: (reference, what happened).

    A row is forgotten only if its keyed hash agrees: after a restore the same number may be somebody else's.
    """
    private = storages["private"]
    try:
        names = private.listdir(FOLDER)[1]
    except FileNotFoundError:  # nobody was ever forgotten; a bucket gives an empty list
        names = []
    for name in sorted(names):
        with private.open(f"{FOLDER}/{name}") as file:
            entry = json.load(file)
        yield entry["reference"], _apply_again(entry)


def _apply_again(entry: dict) -> str:
    found = _subject_again(entry)
    if found is None:
        return "nothing to forget"
    with transaction.atomic():
        counts = _forget(found)
        _note(found, by=None, reference=entry["reference"], counts=counts)
        _close_again(entry["reference"], found)
    return "forgotten again"


def _subject_again(entry: dict) -> Subject | None:
    marks = {row["id"]: row["mark"] for row in entry["pupils"]}
    pupils = [
        pupil
        for pupil in Pupil.objects.filter(pk__in=marks, erased_at__isnull=True)
        if marks[pupil.pk]
        == pupil_rules.erased_identifier(school_id=pupil.school_id, source=pupil.source, external_id=pupil.external_id)
    ]
    user = User.objects.filter(pk=entry["user"]["id"]).first() if entry["user"] else None
    if user and _mark(user.username) != entry["user"]["mark"]:
        user = None
    if not pupils and not user:
        return None
    return queries.subject_of(pupil=pupils[0] if pupils else None, user=user)


def _close_again(reference: str, subject: Subject) -> None:
    """The request as it was closed, so that a withheld name stays withheld."""
    now = timezone.now()
    defaults = {"state": RequestState.DONE, "done_at": now, "text": "", "requester_name": "", "answer": ""}
    if DataRequest.objects.filter(reference=reference).update(**defaults):
        return
    DataRequest.objects.create(
        reference=reference,
        kind=RequestKind.ERASE,
        pupil_id=subject.pupil_ids[0] if subject.pupil_ids else None,
        person_id=None if subject.pupil_ids else subject.user_id,
        requester=Requester.SCHOOL,
        answer_by=timezone.localdate(now),
        due_on=timezone.localdate(now),
        answered_at=now,
        **defaults,
    )
