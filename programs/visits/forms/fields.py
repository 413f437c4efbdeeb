"""Fields that the forms of this wing share."""

from __future__ import annotations

from django import forms

from programs.core.forms import WholeNumberField

DIGITS = {"inputmode": "numeric", "autocomplete": "off", "class": "number"}


def number(**options) -> WholeNumberField:
    # A text field with a digits keyboard: spinners change numbers by accident when a page is scrolled.
    return WholeNumberField(widget=forms.TextInput(attrs=DIGITS), **options)
