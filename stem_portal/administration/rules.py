"""Whom an administrator may look at the portal as."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from programs.core.refusals import Refusal

LONGEST = timedelta(minutes=30)


def view_as_refusal(*, is_self: bool, is_active: bool, runs_the_portal: bool) -> Refusal | None:
    """Why nobody may look at the portal as this person."""
    if is_self:
        return Refusal("own_view", _("This is your own account: your own pages show you what you see."))
    if runs_the_portal:
        return Refusal("view_of_administrator", _("Nobody looks at the portal as another administrator."))
    if not is_active:
        return Refusal("account_closed", _("This account is closed; there is nothing to see with it."))
    return None
