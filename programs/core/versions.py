"""A form that edits values carries the version at which they were read: a stale one is refused and shows both values.

The form gets the stored values as its ``initial``. The action compares under its lock, with the same names:

    if booking.needs == needs: return booking                  # the same again changes nothing
    refuse_if_stale(version, {"needs": booking.needs})
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.widgets import ChoiceWidget
from django.http import QueryDict
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from programs.core.idempotency import plain
from programs.core.refusals import Refusal, Refused

LENGTH = 16


def version_of(values: Mapping[str, Any]) -> str:
    """A short mark of ``values``. It is made with a secret: nobody can guess from it what they are."""
    text = json.dumps(plain(dict(values)))
    return salted_hmac("programs.core.versions", text, algorithm="sha256").hexdigest()[:LENGTH]


def refuse_if_stale(version: str, stored: Mapping[str, Any]) -> None:
    """Raise ``Refused("changed_meanwhile")`` when ``stored`` is not what was read at ``version``.

    The caller must hold the lock of the row.
    """
    if not constant_time_compare(version, version_of(stored)):
        message = _("Somebody changed this while you had it open. Compare both values, and save what is to be kept.")
        raise Refused(Refusal("changed_meanwhile", message), stored=stored)


@dataclass(frozen=True)
class Difference:
    """A field whose stored value is another than what was typed."""

    label: str
    stored: str
    typed: str


class VersionedFormMixin(forms.Form):
    """Adds the hidden version of the ``initial`` values; the action takes it as ``version``."""

    version = forms.CharField(max_length=LENGTH, widget=forms.HiddenInput)
    differences: tuple[Difference, ...] = ()

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = lambda: version_of(self.initial)

    def show_stored(self, stored: Mapping[str, Any]) -> None:
        """Both values of every field that differs; the person who sends the form again has seen them."""
        shown = [(self[name], value) for name, value in stored.items() if name in self.fields]
        self.differences = tuple(
            Difference(str(bound.label), _in_words(bound, value), _in_words(bound, bound.value()))
            for bound, value in shown
            if bound.field.has_changed(value, bound.data)
        )
        data = QueryDict(mutable=True)
        data.update(self.data)
        data[self.add_prefix("version")] = version_of(stored)
        self.data = data


def _in_words(bound: BoundField, value: Any) -> str:
    """``value`` as the field's widget would show it."""
    widget, shown = bound.field.widget, bound.field.prepare_value(value)
    if isinstance(widget, forms.CheckboxInput):
        return _("yes") if shown else _("no")
    if isinstance(widget, ChoiceWidget):
        groups = widget.optgroups(bound.html_name, widget.format_value(shown))
        return ", ".join(
            str(option["label"]) for _group, options, _at in groups for option in options if option["selected"]
        )
    return str(widget.format_value(shown) or "")
