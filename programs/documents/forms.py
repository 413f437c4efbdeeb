from django import forms
from django.utils.translation import gettext_lazy as _

from programs.core.forms import CleanCharField


class LinkForm(forms.Form):
    link = CleanCharField(
        label=_("Link"),
        max_length=500,
        widget=forms.URLInput,
        help_text=_("Open it in a private window first: the judges must see the page without signing in."),
    )


class AnswerForm(forms.Form):
    wanted = forms.TypedChoiceField(
        label=_("Your answer"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args, question: str = "", **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["wanted"].label = question or self.fields["wanted"].label
