"""Making accounts: nobody signs up alone, everybody is brought in by somebody."""

from __future__ import annotations

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from programs.accounts.models import User
from programs.accounts.second_factor import KEPT
from programs.core.audit import record
from programs.core.references import random_code
from programs.core.refusals import Refused
from programs.core.text import clean_name, slugify_vi


@transaction.atomic
def create_person(*, full_name: str, email: str | None, language: str, by: User | None) -> User:
    """A new account without a password; its owner sets one through ``first_password_path``.

    The user name comes from the e-mail address, or from the name when there is none.
    Raises ``Refused("email_taken")`` when somebody has the address.
    """
    address = (email or "").strip().lower() or None
    if address and User.objects.filter(email=address).exists():
        raise _email_taken()
    name = clean_name(full_name)
    base = slugify_vi(address.split("@")[0] if address else name)[:60] or "person"
    try:
        with transaction.atomic():
            person = User.objects.create_user(
                _free_username(base), None, full_name=name, email=address, language=language
            )
    except IntegrityError as error:
        raise _email_taken() from error
    record(by=by, action="person.create", obj=person, after={"language": language})
    return person


def _email_taken() -> Refused:
    return Refused.because("email_taken", _("Somebody already has an account with this e-mail address."), "email")


def _free_username(base: str) -> str:
    """``base`` itself, or with a random tail: numbering would count people and collide in a race."""
    if not User.objects.filter(username__iexact=base).exists():
        return base
    return f"{base}-{random_code(4).lower()}"


def first_password_path(*, user: User) -> str:
    """The address where a new person sets a password, once and within three days; allauth checks the token."""
    identity = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return reverse("account_reset_password_from_key", kwargs=identity)


def keep_recovery_codes(*, user: User) -> None:
    """Their owner said that they are written down; new codes are asked about anew."""
    with transaction.atomic():
        codes = Authenticator.objects.select_for_update().filter(user=user, type=Authenticator.Type.RECOVERY_CODES)
        for row in codes:
            row.data[KEPT] = True
            row.save(update_fields=["data"])


@transaction.atomic
def set_active(*, user: User, active: bool, by: User, reason: str) -> None:
    """Close an account, or open it again; a closed one keeps everything that it did."""
    if not User.objects.filter(pk=user.pk).exclude(is_active=active).update(is_active=active):
        return
    action = "person.open" if active else "person.close"
    record(by=by, action=action, obj=user, before={"active": not active}, after={"active": active}, reason=reason)
