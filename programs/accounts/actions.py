"""Create accounts: people do not sign up by themselves, someone always brings them in."""

from __future__ import annotations

from datetime import datetime

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.accounts.choices import KEPT
from programs.accounts.models import SignInCard, User
from programs.accounts.queries import hash_of_code, person_with_email
from programs.accounts.reading import suggested_username
from programs.core.audit import record
from programs.core.locking import locked
from programs.core.references import TYPED_ALPHABET, in_groups, random_code
from programs.core.refusals import Refused
from programs.core.text import clean_name, slugify_vi

CODE_LENGTH = 10  # of 25 letters and digits: 46 bits


@transaction.atomic
def create_person(*, full_name: str, email: str | None, language: str, by: User | None) -> User:
    """Create an account without a password; its owner sets one through ``first_password_path``.

    The username comes from the email address, or from the name if there is none.
    Raises ``Refused("email_taken")`` when the address is already in use.
    """
    address = (email or "").strip().lower() or None
    if address and person_with_email(address):
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
    return Refused.because("email_taken", _("An account with this email address already exists."), "email")


def _free_username(base: str) -> str:
    """``base`` itself, or with a random tail: numbering would count people and collide in a race."""
    if not User.objects.filter(username=base).exists():
        return base
    return f"{base}-{random_code(4).lower()}"


def first_password_path(*, user: User) -> str:
    """Return the path where a new person sets a password, once and within three days; allauth checks the token."""
    identity = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return reverse("account_reset_password_from_key", kwargs=identity)


@transaction.atomic
def prove_address(*, user: User) -> None:
    """Mark the person's address as verified, because a link emailed to it was used."""
    if user.email:
        EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})


def keep_recovery_codes(*, user: User) -> None:
    """Record that the owner has saved the codes; new codes have to be confirmed again."""
    with transaction.atomic():
        codes = Authenticator.objects.select_for_update().filter(user=user, type=Authenticator.Type.RECOVERY_CODES)
        for row in codes:
            row.data[KEPT] = True
            row.save(update_fields=["data"])


@transaction.atomic
def set_active(*, user: User, active: bool, by: User, reason: str) -> None:
    """Close an account or reopen it; a closed account keeps its history. No session outlives either."""
    another = {"is_active": active, "session_round": F("session_round") + 1}
    if not User.objects.filter(pk=user.pk).exclude(is_active=active).update(**another):
        return
    end_sessions(user=user)
    action = "person.open" if active else "person.close"
    record(by=by, action=action, obj=user, before={"active": not active}, after={"active": active}, reason=reason)


@transaction.atomic
def replace_address(*, user: User, email: str, by: User, reason: str) -> set[str]:
    """Make ``email`` the only address of the account, everywhere it stands; return those that were its own before.

    Sessions end, and links that were mailed to the old addresses open nothing any more. The new address is unconfirmed
    until its owner opens a link there. Raises ``Refused("email_taken")``.
    """
    person = User.objects.select_for_update().get(pk=user.pk)
    address = email.strip().lower()
    owner = person_with_email(address)
    if owner and owner.pk != person.pk:
        raise _email_taken()
    before = set(EmailAddress.objects.filter(user=person).values_list("email", flat=True))
    before |= {person.email} if person.email else set()
    EmailAddress.objects.filter(user=person).delete()
    EmailAddress.objects.create(user=person, email=address, primary=True)
    person.email, person.session_round = address, person.session_round + 1
    person.save(update_fields=["email", "session_round"])
    end_sessions(user=person)
    counts = {"before": {"addresses": len(before)}, "after": {"addresses": 1}}
    record(by=by, action="person.address", obj=person, reason=reason, **counts)
    return before - {address}


@transaction.atomic
def set_administrator(*, user: User, is_one: bool, by: User, reason: str) -> None:
    """Give the whole portal into somebody's hands, or take it back."""
    User.objects.filter(pk=user.pk).update(is_superuser=is_one, is_staff=is_one)
    before, after = {"administrator": not is_one}, {"administrator": is_one}
    record(by=by, action="person.administrator", obj=user, before=before, after=after, reason=reason)


@transaction.atomic
def open_account(*, full_name: str, given_name: str, by: User) -> User:
    """Create an account without email or password, which only a sign-in card can open."""
    name = suggested_username(full_name, given_name)
    while User.objects.filter(username=name).exists():
        name = suggested_username(full_name, given_name)
    person = User.objects.create_user(name, None, full_name=clean_name(full_name))
    record(by=by, action="person.create", obj=person)
    return person


@transaction.atomic
def issue_card(*, user: User, by: User, expires_at: datetime) -> tuple[SignInCard, str]:
    """Issue a new card and return it with its code, which cannot be read again; the earlier card stops working.

    An existing password keeps working until the new card is used.
    """
    User.objects.select_for_update().get(pk=user.pk)  # serialises two people who issue at the same time
    SignInCard.objects.filter(user=user).open().update(voided_at=timezone.now())
    code = random_code(CODE_LENGTH, alphabet=TYPED_ALPHABET)
    card = SignInCard.objects.create(user=user, code_hash=hash_of_code(code), issued_by=by, expires_at=expires_at)
    record(by=by, action="card.issue", obj=user, after={"card": card.pk, "expires_at": expires_at})
    return card, in_groups(code, CODE_LENGTH // 2)


@transaction.atomic
def void_cards(*, user: User, by: User, reason: str) -> int:
    """Void the person's open card, for example a lost one; return how many there were."""
    voided = SignInCard.objects.filter(user=user).open().update(voided_at=timezone.now())
    if voided:
        record(by=by, action="card.void", obj=user, reason=reason)
    return voided


@transaction.atomic
def use_card(*, card_id: int, password: str) -> User | None:
    """Set the password chosen by the card's holder, once; None when the card is not (or no longer) valid.

    Sessions started with the old password are signed out, and addresses bound to the account are removed and told:
    whoever had taken the account keeps no way back into it.
    """
    now = timezone.now()
    try:
        card = locked(SignInCard.objects.select_related("user").usable(now), pk=card_id)
    except SignInCard.DoesNotExist:
        return None
    card.used_at = now
    card.save(update_fields=["used_at"])
    card.user.set_password(password)
    card.user.save(update_fields=["password"])
    record(by=card.user, action="card.use", obj=card.user, after={"card": card.pk})
    _take_back(card.user)
    end_sessions(user=card.user)
    return card.user


def _take_back(user: User) -> None:
    known = set(EmailAddress.objects.filter(user=user).values_list("email", flat=True)) | {user.email} - {None}
    for address in sorted(filter(None, known)):
        get_account_adapter().send_notification_mail("account/email/email_deleted", user, email=address)
    if known:
        EmailAddress.objects.filter(user=user).delete()
        user.email = None
        user.save(update_fields=["email"])
        record(by=user, action="person.address", obj=user, after={"addresses": 0})


@transaction.atomic
def addresses_changed(*, user: User, main_before: str | None, keep: str) -> None:
    """Note that the owner changed the addresses; with another main one, only the session ``keep`` goes on."""
    addresses = EmailAddress.objects.filter(user=user)
    after = {"addresses": addresses.count(), "verified": addresses.filter(verified=True).count()}
    record(by=user, action="person.address", obj=user, after=after)
    if not User.objects.filter(pk=user.pk, email=main_before).exists():
        end_sessions(user=user, keep=keep)


@transaction.atomic
def reset_second_factor(*, user: User, by: User, reason: str) -> None:
    """Remove a lost second factor; the person is signed out, notified, and sets up a new one at the next sign-in."""
    removed, _rows = Authenticator.objects.filter(user=user).delete()
    if not removed:
        return
    end_sessions(user=user)
    record(by=by, action="person.second_factor_reset", obj=user, reason=reason)
    get_account_adapter().send_notification_mail("second_factor_reset", user)


def end_sessions(*, user: User, keep: str | None = None) -> int:
    """Sign the person out everywhere except the session with the key ``keep``; return how many ended."""
    sessions = list(UserSession.objects.filter(user=user).exclude(session_key=keep or ""))
    for session in sessions:
        session.end()
    return len(sessions)
