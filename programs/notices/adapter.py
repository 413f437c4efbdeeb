"""Sign-in emails go through the outbox like all others, so they survive a mail server outage."""

from __future__ import annotations

import secrets
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from programs.accounts.adapter import AccountAdapter as BaseAdapter
from programs.accounts.models import User
from programs.notices.actions import write_message

# What allauth tells the owner of an account after the fact, in our words.
CHANGES = {
    "account/email/password_changed": _("The password of your account was changed."),
    "account/email/password_reset": _("The password of your account was reset using a link sent by email."),
    "account/email/password_set": _("A password was set for your account."),
    "account/email/email_changed": _("The email address of your account was changed."),
    "account/email/email_confirm": _("An email address of your account was confirmed."),
    "account/email/email_deleted": _("An email address was removed from your account."),
    "mfa/email/totp_activated": _("Two-step sign-in with an authenticator app was turned on."),
    "mfa/email/totp_deactivated": _("Two-step sign-in with an authenticator app was turned off."),
    "mfa/email/recovery_codes_generated": _("New recovery codes were created for your account."),
    "mfa/email/webauthn_added": _("A security key or passkey was added to your account."),
    "mfa/email/webauthn_removed": _("A security key or passkey was removed from your account."),
    "socialaccount/email/account_connected": _("Sign-in through your agency was linked to your account."),
    "socialaccount/email/account_disconnected": _("Sign-in through your agency was unlinked from your account."),
    "second_factor_reset": _(
        "An administrator removed the second step from your account. Set it up again at your next sign-in."
    ),
}

ADDRESSES = ("from_email", "to_email", "deleted_email")  # what allauth calls the addresses that a change concerns


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
        """Notify the owner, on the desk too, so that actions by a stranger are noticed.

        Of an address that changed, both the old and the new one are told: one of them is the owner's.
        """
        concerned = {address for name, address in (context or {}).items() if name in ADDRESSES}
        told = concerned | {email or user.email or ""}
        with transaction.atomic():
            for address in sorted(told - {""}) or [""]:
                write_message(
                    kind="account_changed",
                    to=user,
                    address=address,
                    dedupe_key=f"{template_prefix}:{secrets.token_urlsafe(12)}",
                    context={"change": CHANGES[template_prefix]},
                )

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """allauth confirms in silence; the main address must hear of another one that now opens the account."""
        confirmed = super().confirm_email(request, email_address)
        if confirmed:
            context = {"to_email": email_address.email}
            self.send_notification_mail("account/email/email_confirm", email_address.user, context)
        return confirmed
