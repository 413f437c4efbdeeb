"""The shape of papers, answers, the size of a group, a confirmation."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.authorities.choices import ApprovalState
from programs.bookings.forms import ratio_words
from programs.core.forms import CleanCharField, CleanFormMixin, WholeNumberField
from programs.core.versions import VersionedFormMixin


class ConfirmVisitForm(CleanFormMixin, forms.Form):
    """The same; where pupils stay at school, what they do meanwhile."""

    alternative = CleanCharField(
        label=_("Activity of the pupils who stay at school"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("It should be of equal value, for example the same lesson in the school's own workshop."),
    )

    def __init__(self, *args, staying: int, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if staying:
            self.fields["alternative"].required = True
        else:
            del self.fields["alternative"]


class PaperForm(CleanFormMixin, VersionedFormMixin, forms.Form):
    text = CleanCharField(
        label=_("Write it here"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 8})
    )
    upload = forms.FileField(
        label=_("Or choose a file"),
        required=False,
        help_text=_("A PDF or a photograph of the page, up to 10 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf,image/*"}),
    )


class DecisionForm(CleanFormMixin, forms.Form):
    """The button that was pressed says yes, not yet or no."""

    reason = CleanCharField(
        label=_("If you do not approve it: what has to change, or why not"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The school will read this. Sent back, the visit keeps its places while the school mends it."),
    )
    decision = forms.ChoiceField(
        choices=[(state, "") for state in ApprovalState if state != ApprovalState.ASKED], widget=forms.HiddenInput
    )
    seen = forms.CharField(max_length=16, widget=forms.HiddenInput)

    @property
    def answer(self) -> dict[str, str]:
        """For the action, which wants a reason for everything but a yes."""
        said = self.cleaned_data
        return {"answer": said["decision"], "reason": said["reason"], "seen": said["seen"]}


class GroupForm(CleanFormMixin, VersionedFormMixin, forms.Form):
    pupils = WholeNumberField(label=_("Pupils"), min_value=1, max_value=9999)
    girls = WholeNumberField(label=_("Number of girls"), min_value=0, max_value=9999, required=False)
    adults = WholeNumberField(label=_("Accompanying adults"), min_value=0, max_value=999)

    def __init__(self, *args, pupils_per_adult: int, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["adults"].help_text = ratio_words([pupils_per_adult])
        self.fields["adults"].widget.attrs["data-pupils-per-adult"] = pupils_per_adult
