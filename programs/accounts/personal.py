"""What an account stores about its owner, and how it is emptied."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as translation_gettext_lazy

from programs.accounts.models import SignInCard, User
from programs.core.audit import reasons_of
from programs.core.models import ActReason
from programs.core.personal import Erasure, Fact, Section, Subject, forgets, rows_of, tells
from programs.core.references import random_code
from programs.core.retention import kept_for, retention_rule

# Stands wherever a name stood: on what the person did, and on what others see of it.
FORMER_USER = "Người dùng đã xóa dữ liệu"
ERASED = "erased-"


def is_erased(user: User) -> bool:
    return user.username.startswith(ERASED)


@tells("accounts.User", "account.EmailAddress", "mfa.Authenticator", "socialaccount.SocialAccount")
def account(subject: Subject) -> Iterator[Section]:
    yield Section(
        code="account",
        label=_("The account"),
        purpose=_("Signing in, and knowing who did what."),
        source=_("Yourself, or the school that invited you or gave you a sign-in card."),
        kept=_("As long as the account exists."),
        rows=rows_of(User.objects.filter(pk=subject.user_id), _of_account),
    )


def _of_account(user: User) -> list[Fact]:
    addresses = EmailAddress.objects.filter(user=user).exclude(email=user.email or "").values_list("email", flat=True)
    factors = [row.get_type_display() for row in Authenticator.objects.filter(user=user)]
    linked = SocialAccount.objects.filter(user=user).values_list("provider", flat=True)
    return [
        Fact("username", _("User name"), user.username),
        Fact("full_name", _("Full name"), user.full_name),
        Fact("email", _("E-mail"), user.email),
        Fact("other_emails", _("Other e-mail addresses"), ", ".join(addresses)),
        Fact("language", _("Language"), user.get_language_display()),
        Fact("password", _("Password"), _("kept as a one-way hash only") if user.has_usable_password() else None),
        Fact("second_factors", _("Second factor"), ", ".join(map(str, factors))),
        Fact("linked_accounts", _("Linked accounts of agencies"), ", ".join(linked)),
        Fact("joined", _("Account created"), user.date_joined),
        Fact("last_sign_in", _("Last sign-in"), user.last_login),
    ]


@tells("usersessions.UserSession")
def devices(subject: Subject) -> Iterator[Section]:
    yield Section(
        code="devices",
        label=_("Sign-ins and devices"),
        purpose=_("So that you, and the portal, notice when a stranger uses the account."),
        source=_("Your browser, at signing in."),
        kept=kept_for("accounts.devices"),
        rows=rows_of(UserSession.objects.filter(user=subject.user_id).order_by("-created_at"), _of_device),
    )


def _of_device(row: UserSession) -> list[Fact]:
    return [
        Fact("since", _("Signed in"), row.created_at),
        Fact("last_seen", _("Last seen"), row.last_seen_at),
        Fact("address", _("Network address"), row.ip),
        Fact("browser", _("Browser"), row.user_agent),
    ]


@tells("accounts.SignInCard")
def sign_in_cards(subject: Subject) -> Iterator[Section]:
    yield Section(
        code="sign_in_cards",
        label=_("Sign-in cards"),
        purpose=_("Opening the account of a person without e-mail."),
        source=_("A teacher of your school."),
        kept=kept_for("accounts.sign_in_cards"),
        rows=rows_of(SignInCard.objects.filter(user=subject.user_id), _of_card),
    )


def _of_card(card: SignInCard) -> list[Fact]:
    return [
        Fact("issued", _("Issued"), card.issued_at),
        Fact("expires", _("Expires"), card.expires_at),
        Fact("used", _("Used"), card.used_at),
        Fact("voided", _("Voided"), card.voided_at),
    ]


@tells("core.ActReason")
def reasons(subject: Subject) -> Iterator[Section]:
    """What was written when somebody acted on the account, and what the person wrote on other things."""
    about = reasons_of(User.objects.filter(pk=subject.user_id))
    own = ActReason.objects.filter(act__user=subject.user_id) if subject.user_id else ActReason.objects.none()
    yield Section(
        code="reasons",
        label=_("Reasons of acts: on your account, and those that you wrote"),
        purpose=_("So that everybody concerned can read later why something was done."),
        source=_("The person who did it."),
        kept=kept_for("core.reasons"),
        rows=rows_of((about | own).select_related("act").order_by("act__timestamp", "act"), _of_reason),
    )


def _of_reason(reason: ActReason) -> list[Fact]:
    return [
        Fact("at", _("When"), reason.act.timestamp),
        Fact("act", _("What was done"), str(reason.act.message)),
        Fact("reason", _("Reason"), reason.text),
    ]


@forgets("accounts.User", "admin.LogEntry", "accounts.User_groups", "accounts.User_user_permissions")
def empty_account(subject: Subject) -> Iterator[Erasure]:
    users = User.objects.filter(pk=subject.user_id).exclude(username__startswith=ERASED)
    yield Erasure(
        label=_("Account"),
        count=users.count(),
        outcome=Erasure.PSEUDONYMISED,
        why=_("Name, user name, e-mail and password go, and it is closed; what was done with it stays without a name."),
        carry_out=lambda: _empty(users),
    )
    notes = list(subject.mentioned_in(LogEntry.objects.all(), "object_repr", "change_message"))
    yield Erasure(
        label=_("Notes of the back office"),
        count=len(notes),
        outcome=Erasure.PSEUDONYMISED,
        why=_("The name is taken out of their text."),
        carry_out=lambda: _mask_notes(notes, subject),
    )


@forgets("core.ActReason")
def mask_reasons(subject: Subject) -> Iterator[Erasure]:
    """Those of acts on the person's own rows go with the texts of these rows."""
    mentioning = list(subject.mentioned_in(ActReason.objects.all(), "text"))
    yield Erasure(
        label=_("Reasons of acts that mention the name"),
        count=len(mentioning),
        outcome=Erasure.PSEUDONYMISED,
        why=_("The name is taken out of their text."),
        carry_out=lambda: _mask_reasons(mentioning, subject),
    )


def _mask_reasons(reasons: list[ActReason], subject: Subject) -> None:
    for reason in reasons:
        reason.text = subject.mask(reason.text)
    ActReason.objects.bulk_update(reasons, ["text"])


def _empty(users) -> None:
    reasons_of(users).delete()
    for user in users:
        user.groups.clear()
        user.user_permissions.clear()
        user.username = f"{ERASED}{random_code(12).lower()}"
        user.email = None
        user.full_name = FORMER_USER
        user.password = make_password(None)
        user.is_active = user.is_staff = user.is_superuser = False
        user.save()


def _mask_notes(notes: list[LogEntry], subject: Subject) -> None:
    for note in notes:
        note.object_repr, note.change_message = subject.mask(note.object_repr), subject.mask(note.change_message)
    LogEntry.objects.bulk_update(notes, ["object_repr", "change_message"])


@forgets(
    "accounts.SignInCard",
    "account.EmailAddress",
    "mfa.Authenticator",
    "socialaccount.SocialAccount",
    "usersessions.UserSession",
)
def close_doors(subject: Subject) -> Iterator[Erasure]:
    """Sessions, cards and every other way in: nothing of it has a use without its person."""
    for model, label in (
        (SignInCard, _("Sign-in cards")),
        (EmailAddress, _("E-mail addresses")),
        (Authenticator, _("Second factors")),
        (SocialAccount, _("Linked accounts of agencies")),
        (UserSession, _("Sign-ins and devices")),
    ):
        rows = model.objects.filter(user=subject.user_id)
        yield Erasure(
            label=label,
            count=rows.count(),
            outcome=Erasure.REMOVED,
            why=_("It only served to sign in."),
            carry_out=_end_sessions(subject) if model is UserSession else rows.delete,
        )


def _end_sessions(subject: Subject):
    def end() -> None:
        rows = UserSession.objects.filter(user=subject.user_id)
        Session.objects.filter(session_key__in=list(rows.values_list("session_key", flat=True))).delete()
        rows.delete()

    return end


@retention_rule(
    "accounts.sessions",
    label=translation_gettext_lazy("Sessions that have ended"),
    days=1,
    basis=translation_gettext_lazy("A session that has expired opens nothing any more."),
)
def sessions(limit: datetime) -> QuerySet[Session]:
    return Session.objects.filter(expire_date__lt=limit)


@retention_rule(
    "accounts.devices",
    label=translation_gettext_lazy("Access log of devices: address, browser and time of each sign-in"),
    days=365,
    basis=translation_gettext_lazy(
        "Kept for a year so that misuse can be traced (Decree 85/2016/ND-CP, security of information systems)."
    ),
)
def devices_over(limit: datetime) -> QuerySet[UserSession]:
    return UserSession.objects.filter(last_seen_at__lt=limit)


@retention_rule(
    "accounts.sign_in_cards",
    label=translation_gettext_lazy("Sign-in cards that were used, voided or have expired"),
    days=180,
    basis=translation_gettext_lazy("Shows who was given a card in this half of the school year."),
)
def sign_in_cards_over(limit: datetime) -> QuerySet[SignInCard]:
    return SignInCard.objects.filter(Q(used_at__lt=limit) | Q(voided_at__lt=limit) | Q(expires_at__lt=limit))


@retention_rule(
    "accounts.back_office_notes",
    label=translation_gettext_lazy("Notes of the back office: who changed which row"),
    days=730,
    basis=translation_gettext_lazy("The audit log keeps the act itself."),
)
def back_office_notes(limit: datetime) -> QuerySet[LogEntry]:
    return LogEntry.objects.filter(action_time__lt=limit)
