"""How allauth is customised: who may join, how guessing is slowed down, and what is kept secret."""

from __future__ import annotations

import time
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from programs.accounts.middleware import SEEN_AT
from programs.accounts.models import User
from programs.accounts.queries import FACTORS, guess_at, person_with_email, second_factor_needed
from programs.core.devices import remember_device
from programs.core.throttle import forget_guesses, may_guess


class AccountAdapter(DefaultAccountAdapter):
    """People join by invitation, by claiming a school, or with a card from their teacher."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": _(
            "Too many wrong passwords. Wait five minutes, or use a device on which you have signed in before. You can "
            "also sign in with a code by email, or ask your teacher for a new sign-in card."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_reauthentication_required(self, *, app: str) -> bool:
        """People who have just signed in are not asked for the same password again."""
        moments = [record["at"] for record in get_authentication_records(context.request, context.request.user)]
        fresh = bool(moments) and time.time() - max(moments) < app_settings.REAUTHENTICATION_TIMEOUT
        return not fresh and super().is_reauthentication_required(app=app)

    def can_delete_email(self, email_address: EmailAddress) -> bool:
        """Only delete the main address if it is alone or a verified one replaces it; allauth would promote any."""
        others = EmailAddress.objects.filter(user=email_address.user_id).exclude(pk=email_address.pk)
        is_main = email_address.email == email_address.user.email
        if is_main and others.exists() and not others.filter(verified=True).exists():
            return False
        return super().can_delete_email(email_address)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Not if the address has become somebody's in the meantime, for example by an invitation."""
        owner = person_with_email(email_address.email)
        if owner and owner.pk != email_address.user_id:
            messages.error(request, _("This address belongs to another account by now. Nothing has been changed."))
            return False
        return super().confirm_email(request, email_address)

    def get_login_stages(self) -> list[str]:
        ours = {"allauth.mfa.stages.AuthenticateStage": "programs.accounts.agency.adapter.AuthenticateStage"}
        return [ours.get(path, path) for path in super().get_login_stages()]

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        request.session[SEEN_AT] = time.time()
        response = super().post_login(request, user, **kwargs)
        remember_device(request, response, person_id=user.pk)
        return response

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Wrong passwords count by account and place together; see ``core/throttle.py``."""
        login = credentials.get("username") or credentials.get("email") or ""
        self._login_failed_rl_usage = may_guess("login_failed", guess_at(login))
        if self._login_failed_rl_usage is None:
            raise self.validation_error("too_many_login_attempts")

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """After a new password through the mailbox."""
        forget_guesses("login_failed", guess_at(credentials.get("email") or ""))


def _cipher() -> MultiFernet:
    """Old keys can still decrypt, as with everything else that Django signs."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(urlsafe_b64encode(sha256(b"second factor:" + key.encode()).digest())) for key in keys])


class MFAAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": _(
            "Your role needs a second step at sign-in. Add another app or key first, then remove this one."
        ),
        "incorrect_code": _("This code is wrong or has already been used. Wait for the next one and type that."),
    }

    def encrypt(self, text: str) -> str:
        """A stolen copy of the database does not reveal anyone's second factor."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """People who need a second factor cannot remove their last one; a new phone is added first."""
        user: User = authenticator.user
        others = Authenticator.objects.filter(user=user, type__in=FACTORS).exclude(pk=authenticator.pk)
        return others.exists() or not second_factor_needed(user)
