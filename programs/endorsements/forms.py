from django import forms
from django.utils.translation import gettext_lazy as _

from programs.core.forms import CleanCharField, WholeNumberField


class TextForm(forms.Form):
    """Which version of the text was on the page; ticking says that it was read."""

    text_version = WholeNumberField(widget=forms.HiddenInput)
    agreed = forms.BooleanField(
        label=_("I have read this and state it"), error_messages={"required": _("Tick it if you state this.")}
    )


class ApproveForm(forms.Form):
    """The number of the submission that was on the page: another one is not decided unread."""

    submission = WholeNumberField(widget=forms.HiddenInput)


class MentorForm(TextForm, ApproveForm):
    """The mentor states and approves in one."""


class ReturnForm(ApproveForm):
    reason = CleanCharField(
        label=_("What should the pupils correct?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("The pupils will read this exactly as you write it."),
    )


class SafetyForm(forms.Form):
    person = forms.EmailField(
        label=_("Email address"), help_text=_("With which the person signs in. They get a letter and find what waits.")
    )


class EndForm(forms.Form):
    reason = CleanCharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
