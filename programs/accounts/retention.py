"""How long traces of signing in are kept."""

from __future__ import annotations

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from programs.accounts.models import SignInCard
from programs.core.retention import retention_rule


@retention_rule(
    "accounts.sessions",
    label=_("Sessions that have ended"),
    days=1,
    basis=_("A session that has expired opens nothing any more."),
)
def sessions(limit: datetime) -> QuerySet[Session]:
    return Session.objects.filter(expire_date__lt=limit)


@retention_rule(
    "accounts.devices",
    label=_("Access log of devices: address, browser and time of each sign-in"),
    days=365,
    basis=_("Kept for a year so that misuse can be traced (Decree 85/2016/ND-CP, security of information systems)."),
)
def devices(limit: datetime) -> QuerySet[UserSession]:
    return UserSession.objects.filter(last_seen_at__lt=limit)


@retention_rule(
    "accounts.sign_in_cards",
    label=_("Sign-in cards that were used, voided or have expired"),
    days=180,
    basis=_("Shows who was given a card in this half of the school year."),
)
def sign_in_cards(limit: datetime) -> QuerySet[SignInCard]:
    return SignInCard.objects.filter(Q(used_at__lt=limit) | Q(voided_at__lt=limit) | Q(expires_at__lt=limit))


@retention_rule(
    "accounts.back_office_notes",
    label=_("Notes of the back office: who changed which row"),
    days=730,
    basis=_("The audit log keeps the act itself."),
)
def back_office_notes(limit: datetime) -> QuerySet[LogEntry]:
    return LogEntry.objects.filter(action_time__lt=limit)
