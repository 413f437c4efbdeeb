"""Every rule of the wing, with what an action reads for it."""

from __future__ import annotations

from functools import partial

from programs.students.rules import flood_refusal, letter_refusal, studies_refusal


def calls() -> list[partial]:
    return [
        partial(studies_refusal, is_pupil=False, has_role=True),
        partial(flood_refusal, is_exhausted=True),
        partial(letter_refusal, is_exhausted=True),
    ]
