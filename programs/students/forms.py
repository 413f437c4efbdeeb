"""What a university student says about the own studies."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.core.forms import CleanCharField, CleanFormMixin
from programs.schools.forms import NewMemberForm
from programs.students.choices import institution_choices


class StudiesForm(CleanFormMixin, forms.Form):
    institution = forms.ChoiceField(label=_("University or college"))
    number = CleanCharField(
        label=_("Student number"),
        max_length=30,
        help_text=_("As on your student card. The organiser of a competition checks it when your project is in."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        known = institution_choices()
        kept = self.initial.get("institution", "")
        if kept and kept not in dict(known):
            known.append((kept, kept))  # it has left the list; who studies there still does
        self.fields["institution"].choices = [("", _("Choose where you study")), *known]


class SignUpForm(CleanFormMixin, forms.Form):
    email = forms.EmailField(
        label=_("Your email"),
        max_length=254,
        help_text=_("We send a link there; you will use the address to sign in."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autocapitalize": "none"}),
    )

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


class JoinForm(NewMemberForm, StudiesForm):
    """What the owner of the address says; the link of the letter is its key."""

    adult = forms.BooleanField(label=_("I am at least 18 years old and study there."))
    field_order = ["full_name", "institution", "number", "password", "password_again", "adult"]

    @property
    def typed(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("full_name", "institution", "number", "password")}
