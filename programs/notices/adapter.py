"""The mails of signing in go through the outbox like every other: they wait for a mail server that is away."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from programs.accounts.adapter import AccountAdapter as BaseAdapter
from programs.accounts.models import User
from programs.notices.actions import write_message

# What allauth tells the owner of an account after the fact, in our words.
CHANGES = {
    "account/email/password_changed": _("The password of your account was changed."),
    "account/email/password_reset": _("The password of your account was set anew through a link sent by e-mail."),
    "account/email/password_set": _("A password was set for your account."),
    "account/email/email_changed": _("The e-mail address of your account was changed."),
    "account/email/email_confirm": _("An e-mail address of your account was confirmed."),
    "account/email/email_deleted": _("An e-mail address was removed from your account."),
    "mfa/email/totp_activated": _("Two-step sign-in with an authenticator app was switched on."),
    "mfa/email/totp_deactivated": _("Two-step sign-in with an authenticator app was switched off."),
    "mfa/email/recovery_codes_generated": _("New recovery codes were made for your account."),
    "mfa/email/webauthn_added": _("A security key or passkey was added to your account."),
    "mfa/email/webauthn_removed": _("A security key or passkey was removed from your account."),
    "socialaccount/email/account_connected": _("Signing in through your agency was linked with your account."),
    "socialaccount/email/account_disconnected": _("Signing in through your agency was unlinked from your account."),
    "second_factor_reset": _(
        "An administrator took the second step off your account. Set it up anew at the next sign-in."
    ),
}


class AccountAdapter(BaseAdapter):
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail with a link or code that opens an account, e.g. ``account/email/password_reset_key``."""
        kind = template_prefix.replace("/email/", "/")
        known = {name: value for name, value in context.items() if name.endswith("_url") or name == "code"}
        with transaction.atomic():
            write_message(
                kind=kind,
                to=context.get("user"),
                address=email,
                dedupe_key=f"{kind}:{secrets.token_urlsafe(12)}",
                context=known,
            )

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tells the owner, on the desk too, so that a stranger's act is noticed."""
        with transaction.atomic():
            write_message(
                kind="account_changed",
                to=user,
                address=email or "",
                dedupe_key=f"{template_prefix}:{secrets.token_urlsafe(12)}",
                context={"change": CHANGES[template_prefix]},
            )
