"""Every rule of the wing, with what an action reads for it."""

from __future__ import annotations

from functools import partial

from django.utils import timezone

from programs.uploads import rules
from programs.uploads.choices import FileKind, UploadState
from programs.uploads.hooks import Terms
from programs.uploads.models import Upload


def calls() -> list[partial]:
    now = timezone.now()
    terms = Terms(kinds=[FileKind.PDF], most_bytes=1000)
    upload = Upload(name="a.pdf", declared=10, state=UploadState.RECEIVING, expires_at=now)
    return [
        partial(rules.in_megabytes, 1000),
        partial(rules.size_refusal, terms, 10),
        partial(rules.begin_refusal, terms, 10, rules.Sent(unfinished=0, files=0, bytes=0)),
        partial(rules.arrive_refusal, upload, 5, now),
        partial(rules.drop_refusal, upload),
    ]
