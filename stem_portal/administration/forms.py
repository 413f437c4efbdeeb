from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.accounts.models import User
from programs.accounts.queries import person_called
from programs.core.choices import Closes
from programs.core.forms import CleanCharField, CleanFormMixin, DateField, WholeNumberField
from programs.core.idempotency import IdempotentFormMixin
from programs.core.versions import VersionedFormMixin
from programs.schools.choices import OfficeRole
from programs.schools.models import Area
from programs.schools.queries.schools import areas_in_jurisdiction, clusters


class ViewAsForm(IdempotentFormMixin):
    reason = CleanCharField(
        label=_("Reason"),
        help_text=_("The person will read this word for word, e.g. “You wrote that the booking button is missing.”"),
        min_length=10,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReasonForm(CleanFormMixin, forms.Form):
    """Every act on an account or an office has a reason; the person reads it."""

    reason = CleanCharField(
        label=_("Reason"),
        help_text=_("The person will read it. Say also how you made sure, e.g. “Called back the school's number.”"),
        min_length=5,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AddressForm(ReasonForm):
    email = forms.EmailField(
        label=_("New email address"), widget=forms.EmailInput(attrs={"autocapitalize": "none", "spellcheck": "false"})
    )
    field_order = ["email", "reason"]


class OfficeForm(ReasonForm):
    role = forms.ChoiceField(label=_("Office"), choices=OfficeRole.choices)
    areas = forms.ModelMultipleChoiceField(
        Area.objects.none(),
        label=_("Areas"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A ward officer needs a ward. Without an area, the other offices cover every ward."),
    )
    field_order = ["role", "areas", "reason"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["areas"].queryset = areas_in_jurisdiction() | clusters()

    def clean_areas(self) -> list[Area]:
        return list(self.cleaned_data["areas"])


class CalendarReasonForm(CleanFormMixin, forms.Form):
    reason = CleanCharField(
        label=_("Reason"),
        help_text=_("For example the number of the decision that sets these days."),
        min_length=5,
        max_length=300,
    )


class DaysOffForm(CalendarReasonForm):
    name = CleanCharField(label=_("Occasion"), max_length=120)
    starts_on = DateField(label=_("First day"))
    ends_on = DateField(label=_("Last day"))
    closes = forms.ChoiceField(
        label=_("Who is off?"),
        choices=Closes.choices,
        initial=Closes.ALL,
        widget=forms.RadioSelect,
        help_text=_(
            "While schools are off there are no visits, and their papers are not due. While offices are off, the days "
            "do not count for registrations of schools, approvals by officers and requests about data."
        ),
    )
    field_order = ["name", "starts_on", "ends_on", "closes", "reason"]


class HolidayForm(DaysOffForm, IdempotentFormMixin):
    pass


class HolidayChangeForm(DaysOffForm, VersionedFormMixin):
    pass


class YearForm(CalendarReasonForm, VersionedFormMixin):
    name = CleanCharField(label=_("School year"), max_length=9, help_text=_("Such as 2026-2027."))
    starts_on = DateField(label=_("First day of the first term"))
    first_ends_on = DateField(label=_("Last day of the first term"))
    second_on = DateField(label=_("First day of the second term"))
    ends_on = DateField(label=_("Last day of the second term"))
    field_order = ["name", "starts_on", "first_ends_on", "second_on", "ends_on", "reason"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].disabled = bool(self.initial.get("name"))


class LogForm(CleanFormMixin, forms.Form):
    """What to look for in the log. It is sent by POST, so that no name stands in an address."""

    person = CleanCharField(label=_("Username or email of who did it"), required=False, max_length=150)
    subject = CleanCharField(label=_("Username or email of whose account it was"), required=False, max_length=150)
    kind = forms.ChoiceField(label=_("On what"), required=False)
    number = WholeNumberField(label=_("Its number in the log"), required=False, min_value=1)
    verb = forms.ChoiceField(label=_("What was done"), required=False)
    first = DateField(label=_("From"), required=False)
    last = DateField(label=_("Until"), required=False)

    def __init__(self, *args, kinds: list[tuple], verbs: list[tuple], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        anything = [("", _("Anything"))]
        self.fields["kind"].choices = anything + kinds
        self.fields["verb"].choices = anything + verbs

    def clean_person(self) -> User | None:
        return _found(self.cleaned_data["person"])

    def clean_subject(self) -> User | None:
        return _found(self.cleaned_data["subject"])


def _found(typed: str) -> User | None:
    if not typed:
        return None
    found = person_called(typed)
    if found is None:
        raise forms.ValidationError(_("No account has this username or email. Find the person under “Roles” first."))
    return found
