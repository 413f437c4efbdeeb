from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from programs.certificates.choices import RevocationReason
from programs.core.idempotency import IdempotentFormMixin
from programs.core.text import clean_text


class IssueForm(IdempotentFormMixin):
    language = forms.ChoiceField(
        label=_("Language of the certificates"), choices=settings.LANGUAGES, initial="vi", widget=forms.RadioSelect
    )


class RevokeForm(forms.Form):
    reason = forms.ChoiceField(label=_("Reason"), choices=RevocationReason, widget=forms.RadioSelect)


class VerifyForm(forms.Form):
    code = forms.CharField(
        label=_("Verification code"),
        help_text=_("It is printed next to the QR code. Spaces, dashes and lower case do not matter."),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )

    def clean_code(self) -> str:
        return clean_text(self.cleaned_data["code"])
