"""The rules of approvals, called with what a test has read: none of them may ask the database."""

from __future__ import annotations

from functools import partial

from django.utils import timezone

from programs.endorsements import rules
from tests.projects.make import make_project


def calls() -> list[partial]:
    project, now = make_project(), timezone.now()
    return [
        partial(rules.approval_refusal, project, "mentor", read=True, decided=[], own=False, last=now, now=now),
        partial(rules.is_complete, ["mentor"], []),
        partial(rules.statement_refusal, project, stated=False, read=1, newest=1),
        partial(rules.text_refusal, read=1, newest=2),
        partial(rules.naming_refusal, is_member=True),
    ]
