from django import forms
from django.utils.translation import gettext_lazy as _

from programs.core.forms import CleanCharField, WholeNumberField
from programs.entries.choices import Finding


class CheckForm(forms.Form):
    """With the number of findings that were on the page: nobody overturns unread what a colleague has just found."""

    seen = WholeNumberField(widget=forms.HiddenInput)
    found = forms.ChoiceField(label=_("What you found"), choices=Finding, widget=forms.RadioSelect)
    reason = CleanCharField(
        label=_("Reason"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "Needed when it is not eligible, and when you change a finding. The team reads it as you write it."
        ),
    )


class LookForm(forms.Form):
    note = CleanCharField(
        label=_("What you saw"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Only officers read it, with your name and the day. Name no pupil."),
    )
