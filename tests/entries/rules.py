"""The rules of entries, called with what a test has read: none of them may ask the database."""

from __future__ import annotations

from functools import partial

from django.utils import timezone

from programs.entries import rules
from programs.entries.models import Similarity
from tests.projects.make import make_project


def calls() -> list[partial]:
    project, now = make_project(), timezone.now()
    return [
        partial(rules.check_refusal, project, "eligible", "", kin=False, read=True),
        partial(rules.look_refusal, Similarity(), "set_aside", ""),
        partial(rules.is_reminded, project.competition, now=now),
    ]
