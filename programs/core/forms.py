"""Form fields for input: text is cleaned, dates are read day first, phone numbers become E.164."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from programs.core.phones import normalise_phone, show_phone
from programs.core.references import read_code
from programs.core.refusals import Refused
from programs.core.text import clean_name, clean_text

_DATE_FORMATS = ["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d"]
_WHOLE_NUMBER = re.compile(r"-?([0-9]{1,15}|[0-9]{1,3}([ .])[0-9]{3}(\2[0-9]{3}){0,3})")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．－−", "0123456789.--")
_DATE_ATTRIBUTES = {"inputmode": "numeric", "placeholder": "dd/mm/yyyy", "autocomplete": "off"}


def _clean(value: object, *, multiline: bool = False) -> object:
    return clean_text(value, multiline=multiline) if isinstance(value, str) else value


class CleanCharField(forms.CharField):
    """Text in NFC without invisible characters; a ``Textarea`` keeps its line breaks."""

    def to_python(self, value: object) -> str:
        return super().to_python(_clean(value, multiline=isinstance(self.widget, forms.Textarea))) or ""


class ReadField(CleanCharField):
    """What is typed has a length; what it means is a value of its own, for comparing too."""

    def read(self, text: str) -> object:
        raise NotImplementedError

    def to_python(self, value: object) -> Any:
        text = super().to_python(value)
        super().run_validators(text)
        return self.read(text)

    def run_validators(self, value: object) -> None:
        """They ran on the text."""


class NameField(CleanCharField):
    """A person's or institution's name: cleaned, and Icelandic eth read as đ."""

    def to_python(self, value: object) -> str:
        return clean_name(super().to_python(value))


class CodeField(CleanCharField):
    """A code from paper or a screen, however it is typed; the whole address that carries it too."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"})

    def __init__(self, **options) -> None:
        super().__init__(max_length=500, **options)

    def to_python(self, value: object) -> str:
        text = super().to_python(value)
        return text and (read_code(text) or "-")


class CleanFormMixin(forms.BaseForm):
    """Cleans every text of a form, those of a ModelForm too, before the fields look at it."""

    def _clean_fields(self) -> None:
        for field in self.fields.values():
            if isinstance(field, forms.CharField) and not isinstance(field, CleanCharField):
                _clean_before(field)
        super()._clean_fields()  # type: ignore[misc]  # the types of Django know no private methods


def _clean_before(field: forms.CharField) -> None:
    original = field.to_python
    multiline = isinstance(field.widget, forms.Textarea)
    # Django has no other way into a field that a ModelForm made.
    field.to_python = lambda value: original(_clean(value, multiline=multiline))  # type: ignore[method-assign]


class PhoneField(CleanCharField):
    """A Vietnamese phone number, stored as E.164 and shown in groups."""

    widget = forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"})

    def to_python(self, value: object) -> str:
        text = super().to_python(value)
        if text in self.empty_values:
            return text
        try:
            return normalise_phone(text)
        except Refused as refused:
            raise ValidationError(str(refused.refusal.message), code="phone") from refused

    def prepare_value(self, value: object) -> object:
        return show_phone(value) if isinstance(value, str) else value


class DateField(forms.DateField):
    """A date as dd/mm/yyyy, in digits of any width; ISO is read too (links and native pickers send it)."""

    default_error_messages = {"invalid": _("Type the date as day/month/year, such as 05/09/2026.")}

    def __init__(self, **kwargs) -> None:
        kwargs.setdefault("widget", forms.DateInput(format="%d/%m/%Y", attrs=_DATE_ATTRIBUTES))
        super().__init__(input_formats=_DATE_FORMATS, **kwargs)

    def to_python(self, value: Any) -> date | None:
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", clean_text(value))
        return super().to_python(value)


class WholeNumberField(forms.IntegerField):
    """The one field for numbers that people type: read whole, or refused; never cut, rounded or guessed.

    ``50.000`` and ``50 000`` are fifty thousand, in digits of any width, with either minus sign. ``40.0``, ``40,5``,
    ``1e9`` and ``40 em`` are refused. It is a text field with a keyboard of digits: the browser's own number field
    takes 50.000 for fifty, and changes when a page is scrolled.
    """

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "number"})
    default_error_messages = {"invalid": _("Type a whole number using digits, such as 40.")}

    def to_python(self, value: object) -> int | None:
        if not isinstance(value, str):
            return super().to_python(value)
        text = clean_text(value).translate(_FULL_WIDTH)
        if text and not _WHOLE_NUMBER.fullmatch(text):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(re.sub("[ .]", "", text))
