"""allauth's OpenID Connect plus what it omits: nonce, signature check, minimal data, issuer as part of the identity.

allauth 65 sends no nonce, does not check the signature of tokens it fetched itself, trusts the userinfo endpoint over
the token, and stores every claim.
"""

from __future__ import annotations

from allauth.socialaccount.models import SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from programs.accounts.agency.tokens import identity_of, nonce_of, verified_claims


class AgencyClient(OAuth2Client):
    def get_redirect_url(self, authorization_url: str, scope: list[str], extra_params: dict) -> str:
        return super().get_redirect_url(authorization_url, scope, extra_params | {"nonce": nonce_of(self.state)})


class AgencyAdapter(OpenIDConnectOAuth2Adapter):
    client_class = AgencyClient

    @property
    def openid_config(self) -> dict:
        config = super().openid_config
        if config.get("issuer") != settings.OIDC["issuer"]:
            raise OAuth2Error("The provider calls itself by another name than our settings.")
        return config

    def get_callback_url(self, request: HttpRequest, app) -> str:
        """Return the same URL in every language, because the provider keeps a list of allowed URLs."""
        return settings.SITE_URL + "/accounts/agency/callback/"

    def complete_login(self, request: HttpRequest, app, token: SocialToken, **kwargs):
        claims = verified_claims(
            kwargs["response"].get("id_token") or "",
            issuer=settings.OIDC["issuer"],
            client_id=app.client_id,
            keys_url=self.openid_config["jwks_uri"],
            nonce=nonce_of(request.GET["state"]),
        )
        return self.get_provider().sociallogin_from_response(request, claims)


class AgencyProvider(OpenIDConnectProvider):
    id = "agency"
    oauth2_adapter_class = AgencyAdapter
    supports_token_authentication = False

    def wk_server_url(self, url: str) -> str:
        return super().wk_server_url(url.rstrip("/"))

    def get_login_url(self, request: HttpRequest, **kwargs) -> str:
        return reverse("agency_login")

    def get_callback_url(self) -> str:
        return reverse("agency_callback")

    def get_default_scope(self) -> list[str]:
        """Ask for the identity only, and for nothing else about the person."""
        return ["openid"]

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        """The browser cannot change what is requested, here and below."""
        return self.get_scope()

    def get_auth_params_from_request(self, request: HttpRequest, action: str) -> dict:
        return self.get_auth_params()

    def extract_uid(self, data: dict) -> str:
        return identity_of(data)

    def extract_extra_data(self, data: dict) -> dict:
        """Keep how the person was authenticated; no name and no number."""
        return {name: data[name] for name in ("iss", "acr", "amr") if name in data}

    def extract_common_fields(self, data: dict) -> dict:
        return {}

    def extract_email_addresses(self, data: dict) -> list:
        return []
