"""What an account stores about its owner, and how it is erased."""

from __future__ import annotations

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from programs.accounts.models import SignInCard, User
from programs.core.audit import reasons_of
from programs.core.fates import ACT, GOES, LASTS, MASK, OWN, row_until
from programs.core.locking import all_locked
from programs.core.models import ActReason
from programs.core.personal import FORGOTTEN, TOLD, Subject, Value
from programs.core.personal_tables import Kind, erased, speaks_for, told
from programs.core.references import random_code
from programs.core.retention import retention_rule

# Replaces the name everywhere: on what the person did, and on what others see of it.
FORMER_USER = "Người dùng đã xóa dữ liệu"
ERASED = "erased-"
ONLY_TO_SIGN_IN = _("It was only needed for signing in.")
A_WAY_IN = {"user": GOES | LASTS | OWN}


def is_erased(user: User) -> bool:
    return user.username.startswith(ERASED)


def accounts_of(subject: Subject) -> QuerySet[User]:
    return User.objects.filter(pk=subject.user_id)


def open_accounts_of(subject: Subject) -> QuerySet[User]:
    return accounts_of(subject).exclude(username__startswith=ERASED)


def other_emails(user: User, _subject: Subject) -> Value:
    rows = EmailAddress.objects.filter(user=user).exclude(email=user.email or "")
    return ", ".join(rows.values_list("email", flat=True))


def second_factors(user: User, _subject: Subject) -> Value:
    return ", ".join(str(row.get_type_display()) for row in Authenticator.objects.filter(user=user))


def linked_accounts(user: User, _subject: Subject) -> Value:
    return ", ".join(SocialAccount.objects.filter(user=user).values_list("provider", flat=True))


def password_in_words(user: User, _subject: Subject) -> Value:
    return _("kept as a one-way hash only") if user.has_usable_password() else None


ACCOUNT = Kind(
    code="account",
    label=_("The account"),
    purpose=_("Signing in, and knowing who did what."),
    source=_("You, or the school that invited you or gave you a sign-in card."),
    kept=_("As long as the account exists."),
)
told(
    User,
    ACCOUNT,
    "username",
    "full_name",
    "email",
    ("other_emails", _("Other email addresses"), other_emails),
    "language",
    ("password", _("Password"), password_in_words),
    ("second_factors", _("Second factor"), second_factors),
    ("linked_accounts", _("Linked accounts of agencies"), linked_accounts),
    ("joined", _("Account created"), "date_joined"),
    ("last_sign_in", _("Last sign-in"), "last_login"),
    of=accounts_of,
)
speaks_for(TOLD, ACCOUNT.code, "account.EmailAddress", "mfa.Authenticator", "socialaccount.SocialAccount")

DEVICES = Kind(
    code="devices",
    label=_("Sign-ins and devices"),
    purpose=_("So that you, and the portal, notice if a stranger uses the account."),
    source=_("Your browser, when you sign in."),
    kept="accounts.devices",
)
CARDS = Kind(
    code="sign_in_cards",
    label=_("Sign-in cards"),
    purpose=_("Opening an account for someone without email."),
    source=_("A teacher of your school."),
    kept="accounts.sign_in_cards",
)
told(
    UserSession,
    DEVICES,
    ("since", _("Signed in"), "created_at"),
    ("last_seen", _("Last seen"), "last_seen_at"),
    ("address", _("Network address"), "ip"),
    ("browser", _("Browser"), "user_agent"),
    order="-created_at",
)
told(
    SignInCard,
    CARDS,
    ("issued", _("Issued"), "issued_at"),
    ("expires", _("Expires"), "expires_at"),
    ("used", _("Used"), "used_at"),
    ("voided", _("Voided"), "voided_at"),
    order="-issued_at",
)


def reasons_told_to(subject: Subject) -> QuerySet[ActReason]:
    """What was written when somebody acted on the account, and what the person wrote on other things."""
    own = ActReason.objects.filter(act__user=subject.user_id) if subject.user_id else ActReason.objects.none()
    return reasons_of(accounts_of(subject)) | own


def act_in_words(reason: ActReason, _subject: Subject) -> Value:
    return str(reason.act.message)


told(
    ActReason,
    Kind(
        code="reasons",
        label=_("Reasons of acts: on your account, and those that you wrote"),
        purpose=_("So that everybody concerned can read later why something was done."),
        source=_("The person who did it."),
        kept="core.reasons",
    ),
    ("at", _("When"), "act.timestamp"),
    ("act", _("What was done"), act_in_words),
    ("reason", _("Reason"), "text"),
    of=reasons_told_to,
    order="act__timestamp",
)


def empty_accounts(users: QuerySet[User]) -> None:
    for user in all_locked(users):
        user.groups.clear()
        user.user_permissions.clear()
        user.username = f"{ERASED}{random_code(12).lower()}"
        user.email = None
        user.full_name = FORMER_USER
        user.password = make_password(None)
        user.is_active = user.is_staff = user.is_superuser = False
        user.save()


def end_sessions(devices: QuerySet[UserSession]) -> None:
    Session.objects.filter(session_key__in=list(devices.values_list("session_key", flat=True))).delete()


erased(
    User,
    of=open_accounts_of,
    before=empty_accounts,
    loses=(
        _("Account"),
        _(
            "The name, username, email and password are deleted and the account is closed; what was done with it is "
            "kept, without a name."
        ),
    ),
)
speaks_for(FORGOTTEN, ACCOUNT.code, "accounts.User_groups", "accounts.User_user_permissions")
erased(
    LogEntry,
    pii={
        "user": ACT,
        "object_repr": MASK | row_until("accounts.back_office_notes"),
        "change_message": MASK | row_until("accounts.back_office_notes"),
    },
    masked=(_("Back office notes"), _("The name is removed from their text.")),
)
# Those of acts on the person's own rows go with the texts of these rows.
erased(
    ActReason,
    masked=(_("Reasons of acts that mention the name"), _("The name is removed from their text.")),
)
erased(SignInCard, removed=(_("Sign-in cards"), ONLY_TO_SIGN_IN))
erased(EmailAddress, removed=(_("Email addresses"), ONLY_TO_SIGN_IN), pii=A_WAY_IN)
erased(Authenticator, removed=(_("Second factors"), ONLY_TO_SIGN_IN), pii=A_WAY_IN)
erased(SocialAccount, removed=(_("Linked accounts of agencies"), ONLY_TO_SIGN_IN), pii=A_WAY_IN)
erased(
    UserSession,
    removed=(_("Sign-ins and devices"), ONLY_TO_SIGN_IN),
    before=end_sessions,
    pii={"user": GOES | row_until("accounts.devices") | OWN},
)


@retention_rule(
    "accounts.sessions",
    label=_("Sessions that have ended"),
    days=1,
    basis=_("An expired session no longer opens anything."),
)
def sessions(limit: datetime) -> QuerySet[Session]:
    return Session.objects.filter(expire_date__lt=limit)


@retention_rule(
    "accounts.devices",
    label=_("Device access log: address, browser and time of each sign-in"),
    days=365,
    basis=_("Kept for a year so that misuse can be traced (Decree 85/2016/ND-CP, security of information systems)."),
)
def devices_over(limit: datetime) -> QuerySet[UserSession]:
    return UserSession.objects.filter(last_seen_at__lt=limit)


@retention_rule(
    "accounts.sign_in_cards",
    label=_("Sign-in cards that have been used, voided or have expired"),
    days=180,
    basis=_("Shows who was given a card in this half of the school year."),
)
def sign_in_cards_over(limit: datetime) -> QuerySet[SignInCard]:
    return SignInCard.objects.filter(Q(used_at__lt=limit) | Q(voided_at__lt=limit) | Q(expires_at__lt=limit))


@retention_rule(
    "accounts.back_office_notes",
    label=_("Back office notes: who changed which row"),
    days=730,
    basis=_("The audit log keeps a record of the action itself."),
)
def back_office_notes(limit: datetime) -> QuerySet[LogEntry]:
    return LogEntry.objects.filter(action_time__lt=limit)
