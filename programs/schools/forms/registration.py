"""The shape of what people type in the schools wing."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from programs.accounts.forms import NewPasswordForm
from programs.accounts.models import User
from programs.core.choices import Level
from programs.core.forms import CleanCharField, CleanFormMixin, NameField, PhoneField
from programs.core.idempotency import IdempotentFormMixin
from programs.schools.choices import SchoolRole
from programs.schools.queries.schools import areas_in_jurisdiction
from programs.schools.rules import INVITED_ROLES


class SchoolSearchForm(CleanFormMixin, forms.Form):
    """A GET form: invalid values are ignored."""

    q = CleanCharField(label=_("School's name or code"), required=False, max_length=100)
    ward = forms.ModelChoiceField(
        label=_("Ward or commune"),
        queryset=None,
        required=False,
        to_field_name="code",
        empty_label=_("All wards and communes"),
    )
    level = forms.ChoiceField(label=_("Level"), required=False)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ward"].queryset = areas_in_jurisdiction()
        self.fields["level"].choices = [("", pgettext_lazy("school levels", "All levels")), *Level.choices]

    def narrowing(self) -> dict:
        self.is_valid()
        found = self.cleaned_data
        return {"text": found.get("q", ""), "ward": found.get("ward"), "level": found.get("level", "")}


class ClaimFields(CleanFormMixin, forms.Form):
    """Who registers the school; the school's own details come from the official list."""

    full_name = NameField(
        label=_("Your full name"), min_length=3, max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    position = CleanCharField(
        label=_("Your position"),
        help_text=_("For example: deputy head, in charge of STEM education"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    email = forms.EmailField(
        label=_("Your work email"),
        help_text=_(
            "We will reply to this address, and you will use it to sign in. Use your own address, not a shared one."
        ),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = PhoneField(
        label=_("Phone number"),
        help_text=_("The authority may call to check. For example 0912 345 678."),
        max_length=30,
    )
    message = CleanCharField(
        label=_("Message to the authority"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()

    def typed(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("full_name", "position", "email", "phone", "message")}


class ClaimForm(ClaimFields, IdempotentFormMixin):
    """The first registration; its key becomes the claimant's link."""


class ClaimCorrectionForm(ClaimFields):
    """The same form again; the claimant's secret link is its key."""


class ReturnForm(CleanFormMixin, IdempotentFormMixin):
    reason = CleanCharField(
        label=_("What needs to be corrected"),
        help_text=_("The person who registered will read this in an email."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RefuseForm(CleanFormMixin, IdempotentFormMixin):
    reason = CleanCharField(
        label=_("Why it is refused"),
        help_text=_("The person who registered will read this in an email."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ConfirmForm(IdempotentFormMixin):
    """Nothing to type: only the key."""


class EndMembershipForm(CleanFormMixin, forms.Form):
    reason = CleanCharField(label=_("Reason (kept in the history)"), required=False, max_length=300)


class InviteForm(CleanFormMixin, IdempotentFormMixin):
    full_name = NameField(label=_("Full name"), min_length=3, max_length=150)
    email = forms.EmailField(
        label=_("Email"),
        help_text=_("The invitation is sent to this address and is valid for 14 days."),
        max_length=254,
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[(role, SchoolRole(role).label) for role in INVITED_ROLES],
        initial=SchoolRole.TEACHER,
        widget=forms.RadioSelect,
    )


class NewMemberForm(NewPasswordForm):
    """A new person's name and password; the one-time link is its key."""

    full_name = NameField(
        label=_("Your full name"), min_length=3, max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    advice = _("At least 10 characters; three or four words that only you would put together are easy to remember.")
    field_order = ["full_name", "password", "password_again"]

    def __init__(self, *args, email: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def owner(self, typed: dict) -> User:
        return User(username=self.email, email=self.email, full_name=typed.get("full_name", ""))
