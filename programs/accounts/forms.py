"""Signing in: the one place that shapes allauth's form."""

from __future__ import annotations

import unicodedata

from allauth.account.forms import LoginForm as AllauthLoginForm
from django.utils.translation import gettext_lazy as _

from programs.core.text import clean_text


class LoginForm(AllauthLoginForm):
    """A user name or an e-mail address, in whatever width and case a keyboard or a phone writes it."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        login = self.fields["login"]
        login.label = _("User name or e-mail")
        login.widget.attrs = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        self.fields["password"].label = _("Password")
        self.fields["password"].widget.attrs.pop("placeholder", None)
        self.fields["password"].help_text = ""  # the link to a new password stands on the page itself
        self.fields["remember"].label = _("Stay signed in on this device")

    def clean_login(self) -> str:
        return unicodedata.normalize("NFKC", clean_text(self.cleaned_data["login"])).casefold()
