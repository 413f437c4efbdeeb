"""The shape of what is typed around sign-in cards and class codes."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django import forms
from django.core.signing import BadSignature, TimestampSigner
from django.utils.translation import gettext_lazy as _

from programs.accounts.forms import NewPasswordForm
from programs.accounts.models import User
from programs.accounts.reading import LONGEST_PASSPHRASE, passphrase_letters, suggested_passphrase
from programs.core.forms import CleanCharField, CleanFormMixin, CodeField
from programs.core.idempotency import IdempotentFormMixin
from programs.pupils.choices import AccountState
from programs.pupils.queries import PupilAccount

CODE_ATTRIBUTES = {
    "autocomplete": "off",
    "autocapitalize": "characters",
    "autocorrect": "off",
    "spellcheck": "false",
    "class": "code-field",
}
SUGGESTED = TimestampSigner(salt="programs.schools.passphrase")
SUGGESTION_LASTS = 60 * 60


class CardsForm(IdempotentFormMixin):
    """Whose cards to make. Pupils who already sign in are offered but not ticked, for a forgotten password.

    Ticked are those without a valid card, so that no card in a pocket dies by oversight; when all have one, those
    who have not used it: then a sheet was lost.
    """

    pupils = forms.TypedMultipleChoiceField(
        label=_("Pupils who get a card"), coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, accounts: Sequence[PupilAccount], chosen: Collection[int] = (), **kwargs) -> None:
        super().__init__(*args, **kwargs)
        able = [account for account in accounts if account.state != AccountState.CLOSED]
        self.fields["pupils"].choices = [
            (account.pupil.pk, f"{account.pupil.full_name} · {account.label}") for account in able
        ]
        without = [account.pupil.pk for account in able if account.state in (AccountState.NONE, AccountState.LAPSED)]
        unused = [account.pupil.pk for account in able if account.state == AccountState.WAITING]
        self.initial["pupils"] = list(chosen) or without or unused


class VoidCardForm(CleanFormMixin, forms.Form):
    reason = CleanCharField(
        label=_("Reason (kept in the history)"), help_text=_("For example: card lost"), required=False, max_length=300
    )


class ActivationCodeForm(CleanFormMixin, forms.Form):
    code = CodeField(
        label=_("Activation code"),
        help_text=_(
            "The ten large letters and digits on your card. Small letters are fine too, and you can leave out the "
            "hyphen."
        ),
        widget=forms.TextInput(attrs=CODE_ATTRIBUTES),
    )


class ThreeWordsForm(CleanFormMixin, forms.Form):
    """Three words that the portal chose; typing them once is the first step of keeping them in mind."""

    suggested = forms.CharField(widget=forms.HiddenInput)
    typed = CleanCharField(
        label=_("Type the three words"),
        help_text=_("With or without accents, in capitals or not: it makes no difference."),
        max_length=LONGEST_PASSPHRASE,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def __init__(self, *args, words: str | None = None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.initial["suggested"] = SUGGESTED.sign(words or suggested_passphrase())

    @property
    def words(self) -> list[str]:
        """The words on the page: those that were shown before, as long as the portal knows them for its own."""
        signed = self.data.get("suggested") if self.is_bound else self.initial["suggested"]
        try:
            return SUGGESTED.unsign(signed or "", max_age=SUGGESTION_LASTS).split(", ")
        except BadSignature:
            return []

    def clean(self) -> dict:
        found = super().clean()
        letters = passphrase_letters(", ".join(self.words))
        if letters is None:
            raise forms.ValidationError(_("These words waited too long. Choose three others."))
        if "typed" in found and passphrase_letters(found["typed"]) != letters:
            self.add_error("typed", _("These are not the three words above. Read them aloud again, then type them."))
        found["password"] = letters
        return found


class OwnPasswordForm(NewPasswordForm):
    advice = _("At least 10 characters that nobody can guess: not your name, not your birthday.")

    def __init__(self, *args, person: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def owner(self, typed: dict) -> User:
        return self.person


class ClassCodeForm(IdempotentFormMixin):
    """The button says which: a new code, or none."""

    do = forms.ChoiceField(choices=[("on", ""), ("off", "")], widget=forms.HiddenInput)


class JoinClassForm(CleanFormMixin, IdempotentFormMixin):
    code = CodeField(
        label=_("Class code"),
        help_text=_("Your teacher shows it: eight letters and digits."),
        widget=forms.TextInput(attrs=CODE_ATTRIBUTES),
    )
