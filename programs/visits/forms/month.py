"""Which month, and which of its rows."""

from __future__ import annotations

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.visits.queries.month import KINDS

SESSIONS = "sessions"


class MonthField(forms.RegexField):
    """2026-11"""

    def __init__(self, **kwargs) -> None:
        super().__init__(regex=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", **kwargs)

    def clean(self, value: object) -> date | None:
        text = super().clean(value)
        return date(int(text[:4]), int(text[5:]), 1) if text else None


class MonthForm(forms.Form):
    month = MonthField(label=_("Month"), required=False)


class MonthRowsForm(MonthForm):
    kind = forms.ChoiceField(choices=[(kind, kind) for kind in (SESSIONS, *KINDS)], required=False)
    trip = forms.IntegerField(required=False, min_value=1, max_value=2**31)
    school = forms.IntegerField(required=False, min_value=1, max_value=2**31)

    def clean_kind(self) -> str:
        return self.cleaned_data["kind"] or "booked"
