"""Places by exception."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.core.forms import CleanCharField, CleanFormMixin
from programs.core.idempotency import IdempotentFormMixin


class ExceptionForm(CleanFormMixin, IdempotentFormMixin, forms.Form):
    reason = CleanCharField(
        label=_("Reason of the exception"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stays in the record with your name. Other schools that wait may ask for it."),
    )
