"""Whose view of the portal an administrator may see."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from programs.accounts.models import User
from programs.core.models import SchoolYear
from programs.core.refusals import Refusal
from programs.schools.choices import OfficeRole
from programs.schools.models import Area

LONGEST = timedelta(minutes=30)


def closing_refusal(person: User, *, by: User) -> Refusal | None:
    if person.pk == by.pk:
        return Refusal("own_account", _("You cannot close your own account; ask another administrator."))
    if not person.is_active:
        return Refusal("already_closed", _("This account is closed already."))
    return None


def reopening_refusal(person: User, *, is_erased: bool) -> Refusal | None:
    if is_erased:
        return Refusal("erased", _("This account was erased at its owner's request. It cannot be reopened."))
    if person.is_active:
        return Refusal("already_open", _("This account is open already."))
    return None


def administrator_refusal(person: User, *, by: User, is_one: bool) -> Refusal | None:
    """``is_one``: what the person is to become. Nobody removes themselves, so one administrator always stays."""
    if person.is_superuser == is_one:
        return Refusal("already_so", _("This has been done already. Open the person's page again."))
    if is_one and not person.is_active:
        return Refusal("account_closed", _("This account is closed. Reopen it first."))
    if not is_one and person.pk == by.pk:
        return Refusal("own_account", _("You cannot remove yourself; ask another administrator."))
    return None


def appointment_refusal(person: User, *, role: str, areas: list[Area]) -> Refusal | None:
    if not person.is_active:
        return Refusal("account_closed", _("This account is closed. Reopen it first."))
    if role == OfficeRole.WARD and not areas:
        return Refusal("no_ward", _("Choose the ward or commune of this officer."), "areas")
    return None


def address_refusal(person: User, *, email: str) -> Refusal | None:
    if not person.is_active:
        return Refusal("account_closed", _("This account is closed. Reopen it first."))
    if person.email == email.strip().lower():
        return Refusal("same_address", _("This is the address of the account already."), "email")
    return None


def view_as_refusal(person: User, *, by: User) -> Refusal | None:
    """Why the portal cannot be viewed as this person."""
    if person == by:
        return Refusal("own_view", _("This is your own account: your pages already show you what you see."))
    if person.is_superuser or person.is_staff:
        return Refusal("view_of_administrator", _("You cannot view the portal as another administrator."))
    if not person.is_active:
        return Refusal("account_closed", _("This account is closed, so there is nothing to view."))
    return None


def period_refusal(starts_on: date, ends_on: date) -> Refusal | None:
    if ends_on < starts_on:
        return Refusal("ends_before", _("The last day is before the first."), "ends_on")
    return None


def year_refusal(name: str, days: tuple[date, date, date, date], *, others: list[SchoolYear]) -> Refusal | None:
    """``days`` are the first and last of the first term, then of the second."""
    starts_on, first_ends_on, second_on, ends_on = days
    if name != f"{starts_on.year}-{starts_on.year + 1}":
        message = _("A school year is called by its two calendar years, such as {name}.")
        return Refusal("wrong_name", message.format(name=f"{starts_on.year}-{starts_on.year + 1}"), "name")
    if not starts_on < first_ends_on < second_on < ends_on:
        return Refusal("wrong_order", _("The days must follow one another: first term, then second term."), "second_on")
    if any(other.starts_on <= ends_on and starts_on <= other.ends_on for other in others):
        return Refusal("overlaps", _("Another school year has some of these days. Check both."), "starts_on")
    return None
