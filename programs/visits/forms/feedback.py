"""Four questions after the visit."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.core.forms import CleanFormMixin
from programs.core.idempotency import IdempotentFormMixin
from programs.visits.choices import Rating


def _question(label: str) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, choices=Rating, coerce=int, widget=forms.RadioSelect)


class FeedbackForm(CleanFormMixin, IdempotentFormMixin, forms.Form):
    content = _question(_("The activity suited our lesson"))
    welcome = _question(_("The centre was well prepared for us"))
    pupils_liked = _question(_("The pupils were involved"))
    comment = forms.CharField(
        label=_("What should be better next time?"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Write no names of pupils."),
    )

    @property
    def answers(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("content", "welcome", "pupils_liked", "comment")}
