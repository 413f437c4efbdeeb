"""Papers, approvals and the size of a group."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from programs.core.forms import CleanCharField, CleanFormMixin
from programs.core.idempotency import IdempotentFormMixin
from programs.visits.forms.fields import number


class PaperForm(CleanFormMixin, IdempotentFormMixin, forms.Form):
    text = CleanCharField(
        label=_("Write it here"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 8})
    )
    upload = forms.FileField(
        label=_("Or choose a file"),
        required=False,
        help_text=_("A PDF or a photograph of the page, 10 MB at most."),
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf,image/*"}),
    )


class DecisionForm(CleanFormMixin, IdempotentFormMixin, forms.Form):
    """The button that was pressed says yes or no."""

    reason = CleanCharField(
        label=_("If you refuse: the reason"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The school reads it. A refusal ends the booking and frees its places."),
    )
    decision = forms.ChoiceField(
        choices=[("approve", _("Approve the visit")), ("refuse", _("Refuse the visit"))], widget=forms.HiddenInput
    )

    def clean(self) -> dict:
        data = super().clean()
        if data.get("decision") == "refuse" and not data.get("reason"):
            self.add_error("reason", _("Say why not, so that the school knows what to change."))
        return data


class GroupForm(CleanFormMixin, IdempotentFormMixin, forms.Form):
    pupils = number(label=_("Pupils"), min_value=1, max_value=9999)
    girls = number(label=_("Girls among them"), min_value=0, max_value=9999, required=False)
    adults = number(label=_("Accompanying adults"), min_value=0, max_value=999)

    def __init__(self, *args, pupils_per_adult: int, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["adults"].help_text = ngettext(
            "At least one adult for every {count} pupil.",
            "At least one adult for every {count} pupils.",
            pupils_per_adult,
        ).format(count=pupils_per_adult)
        self.fields["adults"].widget.attrs["data-pupils-per-adult"] = pupils_per_adult
