"""Who may sign in through the agency, and whether that already included a second step."""

from __future__ import annotations

import logging

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.stages import AuthenticateStage as AllauthAuthenticateStage
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse

logger = logging.getLogger(__name__)


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """Providers come from the settings only, never from rows in the database."""
        agency = settings.OIDC
        if agency is None or provider not in (None, "agency"):
            return []
        wanted = {"acr_values": " ".join(agency["second_factor_acr"])} if agency["second_factor_acr"] else {}
        return [
            SocialApp(
                provider="agency",
                provider_id="agency",
                name=agency["name"],
                client_id=agency["client_id"],
                secret=agency["client_secret"],
                settings={"server_url": agency["issuer"], "oauth_pkce_enabled": True, "auth_params": wanted},
            )
        ]

    def on_authentication_error(
        self, request: HttpRequest, provider, error=None, exception: Exception | None = None, extra_context=None
    ) -> None:
        """Tell the person that it failed; the reason goes to the log for the operator."""
        logger.warning("agency sign-on: %s", exception or error)

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Unknown people get no account and no match; they link their own account once, while signed in."""
        if sociallogin.state.get("process") != AuthProcess.CONNECT and not sociallogin.is_existing:
            page = render(request, "socialaccount/unknown.html", {"agency": settings.OIDC["name"]}, status=403)
            raise ImmediateHttpResponse(page)

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: SocialAccount) -> str:
        return reverse("account_security")


def asserts_two_steps(claims: dict) -> bool:
    """Whether the provider states, in a way our settings recognise, that it already asked for a second factor."""
    methods = claims.get("amr") or []
    return claims.get("acr") in settings.OIDC["second_factor_acr"] or bool(
        {*methods} & {*settings.OIDC["second_factor_amr"]}
    )


class AuthenticateStage(AllauthAuthenticateStage):
    """The second step at sign-in, skipped when the agency has already done it."""

    def _should_handle(self, request: HttpRequest) -> bool:
        sociallogin: SocialLogin | None = (self.login.signal_kwargs or {}).get("sociallogin")
        if sociallogin is not None and asserts_two_steps(sociallogin.account.extra_data):
            return False
        return super()._should_handle(request)
