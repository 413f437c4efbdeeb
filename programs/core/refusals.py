"""Refusals are answers, not errors: each has a code, a sentence in the reader's language, and often a field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise


@dataclass(frozen=True)
class Refusal:
    """Why an action is not allowed now. ``code`` is stable for machines, ``message`` says what to do next."""

    code: str
    message: str | Promise
    field: str | None = None


class Refused(Exception):
    """Raised by an action inside its transaction, which rolls back.

    ``earlier`` is what a form that was sent before has made. ``stored`` are the values that somebody else has put in
    the place of those that were read.
    """

    def __init__(self, refusal: Refusal, *, earlier: Any = None, stored: Mapping[str, Any] | None = None) -> None:
        super().__init__(refusal.code)
        self.refusal, self.earlier, self.stored = refusal, earlier, stored

    @classmethod
    def because(cls, code: str, message: str | Promise, field: str | None = None) -> Refused:
        return cls(Refusal(code, message, field))


def refuse_if(refusal: Refusal | None) -> None:
    """Raise ``Refused`` when a rule answered with a refusal."""
    if refusal is not None:
        raise Refused(refusal)


def show_refusal(form, refusal: Refusal) -> None:
    """Put ``refusal`` beside its field of a bound form, or above the form."""
    field = refusal.field if refusal.field in form.fields else None
    form.add_error(field, str(refusal.message))
