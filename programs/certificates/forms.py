from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from programs.certificates.choices import RevocationReason
from programs.certificates.models import Certificate
from programs.core.forms import CodeField
from programs.core.idempotency import IdempotentFormMixin


class IssueForm(IdempotentFormMixin):
    language = forms.ChoiceField(
        label=_("Language of the certificates"), choices=settings.LANGUAGES, initial="vi", widget=forms.RadioSelect
    )


class RevokeForm(forms.Form):
    reason = forms.ChoiceField(label=_("Reason"), choices=RevocationReason, widget=forms.RadioSelect)


class RevokeAbsentForm(forms.Form):
    """Of pupils who are recorded as absent; the reason is that, and whoever is unsure takes a tick away."""

    serials = forms.MultipleChoiceField(
        label=_("Certificates to revoke"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Tick at least one certificate."),
            "invalid_choice": _("The list has changed since you opened it. Look at it again."),
        },
    )
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[(RevocationReason.ABSENT.value, RevocationReason.ABSENT.label)],
        initial=RevocationReason.ABSENT.value,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args, certificates: Sequence[Certificate], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        choices = [(each.serial, f"{each.printed_name or '–'} · {each.serial}") for each in certificates]
        self.fields["serials"].choices = choices
        self.fields["serials"].initial = [serial for serial, _label in choices]


class VerifyForm(forms.Form):
    code = CodeField(
        label=_("Verification code"),
        help_text=_("It is printed next to the QR code. Spaces, dashes and lower case do not matter."),
    )
