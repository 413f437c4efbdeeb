"""Whose an address, a user name or a sign-in card is, and who lacks a second factor.

Whether a person lacks the factor is part of the query that loads the person of a request
(``backend.PortalBackend``), so the answer needs no extra query and is never older than the request.
"""

from __future__ import annotations

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.core.internal.ratelimit import get_ip, truncate_ip
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import BooleanField, Case, Exists, OuterRef, Q, Value, When
from django.utils.crypto import salted_hmac

from programs.accounts.hooks import NEEDS_SECOND_FACTOR
from programs.accounts.models import SignInCard, User
from programs.accounts.reading import username_as_kept
from programs.core.devices import device_known_to
from programs.core.references import read_code
from programs.core.throttle import Guess

Type = Authenticator.Type
FACTORS = (Type.TOTP, Type.WEBAUTHN)


def lacking() -> Case:
    """Whether a person needs a second factor and has none, or has never saved the recovery codes."""
    own = Authenticator.objects.filter(user=OuterRef("pk"))
    enrolled = Q(Exists(own.filter(type__in=FACTORS))) & Q(
        Exists(own.filter(type=Type.RECOVERY_CODES, data__kept=True))
    )
    return Case(When(_needed() & ~enrolled, then=Value(True)), default=Value(False), output_field=BooleanField())


def _needed() -> Q:
    needed = Q()
    for condition in NEEDS_SECOND_FACTOR:
        needed |= condition()
    return needed


def second_factor_missing(user: User) -> bool:
    """Use the value loaded with the person of this request; query the database for anyone else."""
    if not user.is_authenticated:
        return False
    known = getattr(user, "lacks_second_factor", None)
    return User.objects.filter(lacking(), pk=user.pk).exists() if known is None else known


def second_factor_needed(user: User) -> bool:
    return User.objects.filter(_needed(), pk=user.pk).exists()


def has_factor(user: User) -> bool:
    """Whether the person has an app or a key; recovery codes alone do not count."""
    return Authenticator.objects.filter(user=user, type__in=FACTORS).exists()


# --- Names and addresses ------------------------------------------------------------------------
def person_with_email(email: str) -> User | None:
    """Whose address it is: the account that proved it, else the one that was opened for it.

    This is the only answer to that question, for signing in, invitations and registrations alike.
    """
    address = email.strip().lower()
    if not address:
        return None
    proven = EmailAddress.objects.filter(email=address, verified=True).select_related("user").first()
    return proven.user if proven else User.objects.filter(email=address).first()


def person_called(login: str) -> User | None:
    """Whoever signs in with this user name or address, however it was typed."""
    kept = username_as_kept(login)
    return person_with_email(kept) if "@" in kept else User.objects.filter(username=kept).first()


def guess_at(login: str | User) -> Guess:
    """A try at this account in the request of now; the address and the user name of a person are one account."""
    person = person_called(login) if isinstance(login, str) else login
    if person is None:
        return Guess(account=f"?{username_as_kept(str(login))}")
    here = get_ip(context.request)
    used = UserSession.objects.filter(user=person).values_list("ip", flat=True)
    return Guess(
        account=str(person.pk),
        device=device_known_to(context.request, person.pk),
        from_home=any(truncate_ip(ip) == here for ip in used),
    )


# --- Sign-in cards --------------------------------------------------------------------------------
def hash_of_code(code: str) -> str:
    """Hash a code with the portal's secret: in the database there is nothing that a thief could search for."""
    return salted_hmac("programs.accounts.SignInCard", code, algorithm="sha256").hexdigest()


def card_with_code(typed: str, *, now: datetime) -> SignInCard | None:
    """Return the valid card for this code, however the code was typed."""
    cards = SignInCard.objects.usable(now).select_related("user")
    return cards.filter(code_hash=hash_of_code(read_code(typed))).first()
