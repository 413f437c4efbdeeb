"""A provider's claims are only trusted in a token that it signed for us, just now, for this particular sign-in."""

from __future__ import annotations

from hashlib import sha256

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.utils.crypto import constant_time_compare, salted_hmac

# Never taken from the token itself: otherwise its author could choose "none", or our public key as a password.
ALGORITHMS = ["RS256", "PS256", "ES256"]
REQUIRED = ["iss", "sub", "aud", "exp", "iat", "nonce"]
CLOCKS_DIFFER = 60  # seconds


def nonce_of(state: str) -> str:
    """Return the nonce for one ``state``, which is random, stored in the session and valid for one response."""
    return salted_hmac("programs.accounts.agency.nonce", state, algorithm="sha256").hexdigest()


def verified_claims(id_token: str, *, issuer: str, client_id: str, keys_url: str, nonce: str) -> dict:
    """The claims of the token. Raises OAuth2Error for a wrong signature, issuer, audience, time or nonce."""
    try:
        claims = jwt.decode(
            id_token,
            key=_key_for(id_token, keys_url),
            algorithms=ALGORITHMS,
            issuer=issuer,
            audience=client_id,
            leeway=CLOCKS_DIFFER,
            options={"require": REQUIRED},
        )
    except (jwt.PyJWTError, TypeError, ValueError, KeyError) as error:
        raise OAuth2Error(f"The token of the provider does not hold: {error}") from error
    if not constant_time_compare(str(claims["nonce"]), nonce):
        raise OAuth2Error("The token belongs to another sign-in.")
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", "" if several else client_id) != client_id:
        raise OAuth2Error("The token was asked for by another portal.")
    return claims


def _key_for(id_token: str, keys_url: str):
    """Fetch the provider's key that signed the token; keys change, and sign-ins are rare."""
    header = jwt.get_unverified_header(id_token)
    with get_adapter().get_requests_session() as session:
        answer = session.get(keys_url)
        answer.raise_for_status()
        keys = jwt.PyJWKSet.from_dict(answer.json()).keys
    signing = [key for key in keys if key.public_key_use in (None, "sig")]
    for key in signing:
        if key.key_id == header.get("kid") or (len(signing) == 1 and "kid" not in header):
            return key.key
    raise OAuth2Error("The provider knows no such key.")


def identity_of(claims: dict) -> str:
    """Identify one person at one provider: the same subject at another provider is someone else."""
    return sha256(f"{claims['iss']}\n{claims['sub']}".encode()).hexdigest()
