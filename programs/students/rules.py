"""Who may say that they are a university student."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from programs.core.refusals import Refusal

LINK_LASTS = timedelta(days=3)
LINK_OVER = Refusal("link_over", _("The link works for three days. Sign up again: we will send you a new letter."))
HAS_ROLE = Refusal(
    "has_role", _("Your account has a role at a school, a centre or an authority, so it cannot enter itself.")
)


def studies_refusal(*, is_pupil: bool, has_role: bool) -> Refusal | None:
    """A pupil enters with the school; whoever works for a school, a centre or an authority does not compete."""
    if is_pupil:
        return Refusal(
            "is_pupil", _("Your account is a pupil's. As a pupil you enter competitions with your own school.")
        )
    if has_role:
        return HAS_ROLE
    return None


def flood_refusal(*, is_exhausted: bool) -> Refusal | None:
    if not is_exhausted:
        return None
    return Refusal("too_many", _("Too many people signed up from this network today. Try again tomorrow."))


def letter_refusal(*, is_exhausted: bool) -> Refusal | None:
    if not is_exhausted:
        return None
    words = _("We have written to this address several times today. Look for the letter, or try again tomorrow.")
    return Refusal("enough_letters", words, "email")
