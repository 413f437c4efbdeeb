"""The rules of documents, called with what a test has read: none of them may ask the database."""

from __future__ import annotations

from functools import partial

from django.utils import timezone

from programs.documents import rules
from programs.documents.queries import current_files
from programs.projects.models import Submission
from programs.projects.queries.deadlines import opened_now
from tests.projects.make import attach, document_of, jpeg, make_project


def calls() -> list[partial]:
    project = make_project()
    attach(project, "photographs", jpeg())
    now = timezone.now()
    document = document_of(project, "photographs")
    file = current_files(project).select_related("document__project__competition__rule_set").get()
    doors = opened_now(document.project, now=now)
    return [
        partial(rules.filling_refusal, document, doors, now=now),
        partial(rules.arrival_refusal, document, doors, now=now),
        partial(rules.left_out_refusal, now, Submission(complete_at=now)),
        partial(rules.full_refusal, document.slot, 1),
        partial(rules.pages_refusal, document.slot, 20),
        partial(rules.link_refusal, "https://youtu.be/x", ["youtu.be"]),
        partial(rules.linking_refusal, document.slot),
        partial(rules.answer_refusal, document.slot),
        partial(rules.removal_refusal, file, doors, now=now),
        partial(rules.is_sealed, file, now),
        partial(rules.is_needed, document.slot, True),
    ]
