"""The shape of what a device at the door sends."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from django import forms
from django.core.exceptions import ValidationError

from programs.visits.choices import MarkKind
from programs.visits.rules.marks import Mark, right_time

MOST_MARKS = 200  # of one sending; a device with more sends them in several
MOST_NAMES = 500
IDENTIFIER = re.compile(r"[0-9a-f-]{36}")
FIRST, LAST = 1_500_000_000_000, 9_999_999_999_999  # milliseconds that can be a time


def moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, tz=UTC)


class ListField(forms.JSONField):
    """A list of plain values of one type; anything else is refused."""

    def __init__(self, *, of: type, **kwargs) -> None:
        self.of = of
        super().__init__(required=False, **kwargs)

    def to_python(self, value: object) -> list:
        values = value or []
        if not isinstance(values, list) or len(values) > MOST_NAMES or not all(type(v) is self.of for v in values):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return values

    def bound_data(self, data: object, initial: object) -> object:
        return data


class SendingForm(forms.Form):
    """The head of a sending: which device, and what its clock reads."""

    device = forms.RegexField(regex=r"^[0-9a-f-]{8,40}$")
    sent_at = forms.IntegerField(min_value=FIRST, max_value=LAST)


class MarkForm(forms.Form):
    """One mark. ``booking`` is the group's reference."""

    id = forms.UUIDField()
    booking = forms.RegexField(regex=r"^[A-Za-z0-9-]{1,12}$")  # JSON can hold text that no database takes
    kind = forms.ChoiceField(choices=MarkKind)
    made_at = forms.IntegerField(min_value=FIRST, max_value=LAST)
    pupils = forms.IntegerField(min_value=0, max_value=9999)
    girls = forms.IntegerField(min_value=0, max_value=9999)
    adults = forms.IntegerField(min_value=0, max_value=999)
    present = ListField(of=int)
    replaces = ListField(of=str)

    def mark(self, *, sent_at: datetime, now: datetime) -> Mark:
        data = self.cleaned_data
        return Mark(
            mark_id=str(data["id"]),
            made_at=right_time(made_at=moment(data["made_at"]), sent_at=sent_at, now=now),
            kind=data["kind"],
            pupils=data["pupils"],
            girls=data["girls"],
            adults=data["adults"],
            present=frozenset(data["present"]) if data["kind"] == MarkKind.NAMES else frozenset(),
            # Only what can be a mark's identifier: PostgreSQL keeps no NUL and no half of a pair in JSON.
            replaces=frozenset(each for each in data["replaces"] if IDENTIFIER.fullmatch(each)),
        )
