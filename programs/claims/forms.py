"""The shape of a registration, and of what an officer says about one."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.core.forms import CleanCharField, CleanFormMixin, NameField, PhoneField
from programs.core.idempotency import IdempotentFormMixin


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


class ClaimForm(ClaimFields, IdempotentFormMixin):
    """The first registration; by its key a form that was sent twice is known."""

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()

    def typed(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("full_name", "position", "email", "phone", "message")}


class ClaimCorrectionForm(ClaimFields):
    """The same form again, without the address, which was confirmed; the claimant's secret link is its key."""

    email = None

    def typed(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("full_name", "position", "phone", "message")}


def _told(label: str) -> forms.CharField:
    return CleanCharField(
        label=label,
        help_text=_("The person who registered will read this in an email."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReturnForm(CleanFormMixin, IdempotentFormMixin):
    reason = _told(_("What needs to be corrected"))


class ReopenForm(CleanFormMixin, IdempotentFormMixin):
    reason = CleanCharField(
        label=_("Reason"),
        help_text=_("It is kept in the history; the person who registered does not read it."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RefuseForm(CleanFormMixin, IdempotentFormMixin):
    reason = _told(_("Why it is refused"))
