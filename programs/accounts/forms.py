"""Sign-in: the one place that customises allauth's forms."""

from __future__ import annotations

import unicodedata

from allauth.account.forms import ConfirmLoginCodeForm as AllauthConfirmLoginCodeForm
from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.forms import RequestLoginCodeForm as AllauthRequestLoginCodeForm
from allauth.account.forms import ResetPasswordForm as AllauthResetPasswordForm
from allauth.core import context
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base.forms import AuthenticateForm as AllauthAuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as AllauthReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm as AllauthActivateTOTPForm
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from allauth.mfa.webauthn.forms import AddWebAuthnForm as AllauthAddWebAuthnForm
from allauth.mfa.webauthn.forms import EditWebAuthnForm as AllauthEditWebAuthnForm
from cryptography.fernet import InvalidToken
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from programs.accounts.models import User
from programs.accounts.queries import guess_at
from programs.accounts.reading import username_as_kept
from programs.accounts.totp import use_code
from programs.core.text import clean_text
from programs.core.throttle import forget_guesses, may_guess


def one_width(text: str) -> str:
    """Normalise full-width characters from some keyboards and phones."""
    return unicodedata.normalize("NFKC", clean_text(text))


def plain_code(text: str) -> str:
    """Strip the grouping in which apps and cards show codes."""
    return one_width(text).replace(" ", "").replace("-", "")


class LoginForm(AllauthLoginForm):
    """Accepts a username or email address in any width and case."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        login = self.fields["login"]
        login.label = _("Username or email")
        login.widget.attrs = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        self.fields["password"].label = _("Password")
        self.fields["password"].widget.attrs.pop("placeholder", None)
        self.fields["password"].help_text = ""  # the page itself has the link to a new password
        self.fields["remember"].label = _("Stay signed in on this device")

    def clean_login(self) -> str:
        return username_as_kept(self.cleaned_data["login"])


class NewPasswordForm(forms.Form):
    """A password chosen by its owner, typed twice; a wing adds its own fields and says whose it is."""

    password = forms.CharField(
        label=_("Choose a password"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password_again = forms.CharField(
        label=_("The same password again"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    advice = ""  # below the field

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = self.advice

    def owner(self, typed: dict) -> User:
        """Whose password it becomes: it may not resemble their name or address."""
        raise NotImplementedError

    def clean(self) -> dict:
        found = super().clean()
        password, again = found.get("password"), found.get("password_again")
        if password and again and password != again:
            self.add_error("password_again", _("The two passwords do not match."))
        elif password:
            try:
                validate_password(password, self.owner(found))
            except forms.ValidationError as error:
                self.add_error("password", error)
        return found


class _MailField(forms.EmailField):
    def to_python(self, value: str | None) -> str:
        return super().to_python(one_width(value or "").lower())


class _ByMail:
    """Base for forms that request an email which opens an account."""

    action = ""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        attrs = {"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"}
        self.fields["email"] = _MailField(label=_("Email"), widget=forms.EmailInput(attrs=attrs))

    def clean_email(self) -> str:
        email = self.cleaned_data["email"]
        if not may_guess(self.action, guess_at(email)):
            raise forms.ValidationError(
                _("Several emails have already been sent to this address. Open the latest, or wait and ask again.")
            )
        # Writing a letter takes a hundredth of it: how long the answer takes must not tell whose address has an account.
        User().set_password(email)
        return super().clean_email()


class ResetPasswordForm(_ByMail, AllauthResetPasswordForm):
    action = "reset_password_mail"


class RequestLoginCodeForm(_ByMail, AllauthRequestLoginCodeForm):
    action = "login_code_mail"


class ConfirmLoginCodeForm(AllauthConfirmLoginCodeForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = _code_field(_("Code"), _("The letters and digits from the email."), inputmode="text")

    def clean_code(self) -> str:
        self.cleaned_data["code"] = plain_code(self.cleaned_data["code"])
        return super().clean_code()


def _code_field(label: str, help_text: str, *, inputmode: str = "numeric") -> forms.CharField:
    attrs = {"autocomplete": "one-time-code", "inputmode": inputmode, "spellcheck": "false", "autofocus": True}
    return forms.CharField(label=label, help_text=help_text, max_length=20, widget=forms.TextInput(attrs=attrs))


class SecondStepMixin:
    """A code from the app, or a recovery code.

    Guesses count like those of passwords: only someone who knows the password gets here, and many addresses must not
    add up.
    """

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = _code_field(
            _("Code"), _("The six digits your app shows now, or one of your recovery codes.")
        )

    def clean_code(self) -> str:
        guess = guess_at(self.user)
        if not may_guess("second_factor", guess):
            raise forms.ValidationError(_("Too many wrong codes. Wait a few minutes, then try again."))
        code = plain_code(self.cleaned_data["code"])
        self.authenticator = _opened_by(self.user, code)
        if self.authenticator is None:
            raise get_mfa_adapter().validation_error("incorrect_code")
        forget_guesses("second_factor", guess)
        return code


def _opened_by(user: User, code: str) -> Authenticator | None:
    for authenticator in Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.WEBAUTHN):
        try:
            if authenticator.type == Authenticator.Type.TOTP:
                opened = use_code(authenticator=authenticator, code=code)
            else:
                opened = authenticator.wrap().validate_code(code)
        except InvalidToken:  # SECRET_KEY changed without a fallback: an administrator must reset
            continue
        if opened:
            authenticator.user = user
            return authenticator
    return None


class AuthenticateForm(SecondStepMixin, AllauthAuthenticateForm):
    pass


class ReauthenticateForm(SecondStepMixin, AllauthReauthenticateForm):
    pass


class ActivateTOTPForm(AllauthActivateTOTPForm):
    def __init__(self, *args, **kwargs) -> None:
        """Keep the key until it is connected: changing the page's language must not invalidate a scanned key."""
        drawn = context.request.session.get(SECRET_SESSION_KEY)
        super().__init__(*args, **kwargs)
        if drawn:
            self.secret = context.request.session[SECRET_SESSION_KEY] = drawn
        self.fields["code"] = _code_field(_("Code"), _("The six digits your app shows for this portal."))

    def clean_code(self) -> str:
        self.cleaned_data["code"] = plain_code(self.cleaned_data["code"])
        return super().clean_code()

    @property
    def typed_secret(self) -> str:
        """The secret in groups of four, to be read aloud and typed."""
        return " ".join(self.secret[at : at + 4] for at in range(0, len(self.secret), 4))


class AddKeyForm(AllauthAddWebAuthnForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the key")
        self.fields["name"].help_text = _("So that you recognise it later, e.g. “My phone”.")
        self.fields["name"].max_length = 60
        self.fields["passwordless"].label = _("Allow this key alone to open my account, without the password")
        self.fields["passwordless"].help_text = _("It will then ask for your fingerprint, face or PIN every time.")
        self.fields["passwordless"].initial = True

    def clean_name(self) -> str:
        self.cleaned_data["name"] = clean_text(self.cleaned_data["name"])[:60]
        return super().clean_name()


class RenameKeyForm(AllauthEditWebAuthnForm):
    name = forms.CharField(label=_("Name of the key"), max_length=60)

    def clean_name(self) -> str:
        return clean_text(self.cleaned_data["name"])
