"""Every rule of the wing, with what an action reads for it."""

from __future__ import annotations

from functools import partial

from django.utils import timezone

from programs.data_rights import rules
from programs.data_rights.actions.requests import ask, locked_request
from programs.data_rights.choices import Requester, RequestKind
from programs.data_rights.models import DataRequest
from programs.pupils.models import Pupil
from tests.people import make_coordinator, make_pupil


def calls() -> list[partial]:
    pupil = Pupil.objects.select_related("school").get(pk=make_pupil(with_account=True).pk)
    make_coordinator(school=pupil.school)
    for kind in (RequestKind.CORRECT, RequestKind.ERASE):
        ask(
            kind=kind,
            pupil=pupil,
            person=None,
            requester=Requester.PUPIL,
            requester_name="",
            text="",
            by=None,
            key=kind,
        )
    correct, erase = (locked_request(request_id=each.pk) for each in DataRequest.objects.order_by("pk"))
    return [
        partial(rules.deadline, "answer"),
        partial(rules.deadline, RequestKind.ERASE, third_parties=True),
        partial(rules.handling_school, pupil.school),
        partial(rules.needs_representative, pupil.birth_date, timezone.localdate()),
        *(partial(rules.step_refusal, step, correct) for step in ("identify", "answer", "finish", "refuse", "extend")),
        partial(rules.correction_refusal, correct),
        partial(rules.waits_for_guardian, erase, timezone.localdate()),
        partial(rules.guardian_refusal, erase, today=timezone.localdate()),
        partial(rules.agreement_refusal, erase, today=timezone.localdate()),
        partial(rules.erasure_refusal, erase, has_role=True, today=timezone.localdate()),
        partial(rules.asking_refusal, kind=RequestKind.ERASE, has_same_open=True),
    ]
