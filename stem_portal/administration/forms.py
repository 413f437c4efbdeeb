from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.core.forms import CleanCharField
from programs.core.idempotency import IdempotentFormMixin


class ViewAsForm(IdempotentFormMixin):
    reason = CleanCharField(
        label=_("Reason"),
        help_text=_("The person will read this word for word, e.g. “You wrote that the booking button is missing.”"),
        min_length=10,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
