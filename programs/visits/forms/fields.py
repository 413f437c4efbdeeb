"""Fields that the forms of this wing share."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypeVar

from django import forms
from django.core.exceptions import ValidationError

from programs.core.forms import DateField, WholeNumberField

DIGITS = {"inputmode": "numeric", "autocomplete": "off", "class": "number"}
FIRST_YEAR, LAST_YEAR = 2000, 2100
Day = TypeVar("Day", date, datetime)


def in_reach(field: forms.Field, day: Day | None) -> Day | None:
    """Near the ends of the calendar a day has no day before it, and nobody plans there."""
    if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValidationError(field.error_messages["invalid"], code="invalid")
    return day


class DayField(DateField):
    """A day on which something can be planned."""

    def to_python(self, value: object) -> date | None:
        return in_reach(self, super().to_python(value))


def number(**options) -> WholeNumberField:
    # A text field with a digits keyboard: spinners change numbers by accident when a page is scrolled.
    return WholeNumberField(widget=forms.TextInput(attrs=DIGITS), **options)
