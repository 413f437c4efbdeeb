"""Whose view of the portal an administrator may see."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from programs.accounts.models import User
from programs.core.refusals import Refusal

LONGEST = timedelta(minutes=30)


def view_as_refusal(person: User, *, by: User) -> Refusal | None:
    """Why the portal cannot be viewed as this person."""
    if person == by:
        return Refusal("own_view", _("This is your own account: your pages already show you what you see."))
    if person.is_superuser or person.is_staff:
        return Refusal("view_of_administrator", _("You cannot view the portal as another administrator."))
    if not person.is_active:
        return Refusal("account_closed", _("This account is closed, so there is nothing to view."))
    return None
