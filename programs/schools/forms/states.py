"""What an officer types about the life of a school."""

from __future__ import annotations

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from programs.core.choices import Level
from programs.core.forms import CleanCharField, CleanFormMixin, NameField
from programs.core.idempotency import IdempotentFormMixin
from programs.schools.choices import SchoolState
from programs.schools.queries.schools import areas_in_jurisdiction

CODE = RegexValidator(r"^[0-9A-Za-z_-]{1,20}$", _("Only letters without accents, digits and hyphens."))


def reason_field() -> forms.CharField:
    return CleanCharField(
        label=_("Reason"),
        help_text=_("For example the number and date of the decision. It is kept in the history."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReasonForm(CleanFormMixin, IdempotentFormMixin):
    reason = reason_field()


class RenameForm(CleanFormMixin, IdempotentFormMixin):
    name = NameField(label=_("New name"), min_length=3, max_length=200)
    reason = reason_field()


class RecodeForm(CleanFormMixin, IdempotentFormMixin):
    code = CleanCharField(label=_("New code"), max_length=20, validators=[CODE])
    reason = reason_field()


class RegisterFilter(CleanFormMixin, forms.Form):
    """The officer's own list of schools, narrowed; what cannot be read narrows nothing."""

    q = CleanCharField(label=_("Name or code, including former ones"), required=False, max_length=100)
    ward = forms.ModelChoiceField(
        label=_("Ward or commune"),
        queryset=None,
        required=False,
        to_field_name="code",
        empty_label=_("All wards and communes"),
    )
    level = forms.ChoiceField(label=_("Level"), required=False)
    state = forms.ChoiceField(label=_("Status"), required=False)

    def __init__(self, *args, schools, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ward"].queryset = areas_in_jurisdiction().filter(schools__in=schools).distinct()
        self.fields["level"].choices = [("", pgettext_lazy("school levels", "All levels")), *Level.choices]
        self.fields["state"].choices = [("", _("All statuses")), *SchoolState.choices]

    def narrowing(self) -> dict:
        self.is_valid()
        return {name: self.cleaned_data.get(name) or "" for name in ("q", "ward", "level", "state")}
