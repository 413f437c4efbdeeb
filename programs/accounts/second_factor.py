"""Who needs a second factor, and who does not have one yet.

The wings declare who needs one, as conditions on ``User``. They are part of the query that loads the person of a
request
(``backend.PortalBackend``), so the answer needs no extra query and is never older than the request.
"""

from __future__ import annotations

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.db.models import BooleanField, Case, Exists, OuterRef, Q, Value, When

from programs.accounts.models import User

Condition = Callable[[], Q]
Type = Authenticator.Type
FACTORS = (Type.TOTP, Type.WEBAUTHN)
KEPT = "kept"  # in the data of recovery codes: their owner confirmed that they are saved


def _runs_the_portal() -> Q:
    return Q(is_staff=True) | Q(is_superuser=True)


REQUIRED_BY: list[Condition] = [_runs_the_portal]


def require_second_factor(condition: Condition) -> Condition:
    """Register ``condition``: everyone who meets it must have a second factor."""
    REQUIRED_BY.append(condition)
    return condition


def lacking() -> Case:
    """Whether a person needs a second factor and has none, or has never saved the recovery codes."""
    own = Authenticator.objects.filter(user=OuterRef("pk"))
    enrolled = Q(Exists(own.filter(type__in=FACTORS))) & Q(
        Exists(own.filter(type=Type.RECOVERY_CODES, data__kept=True))
    )
    return Case(When(_needed() & ~enrolled, then=Value(True)), default=Value(False), output_field=BooleanField())


def _needed() -> Q:
    needed = Q()
    for condition in REQUIRED_BY:
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
