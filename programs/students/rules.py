"""Who may say that they are a university student."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from programs.core.refusals import Refusal


def studies_refusal(*, is_pupil: bool, has_role: bool) -> Refusal | None:
    """A pupil enters with the school; whoever works for a school, a centre or an authority does not compete."""
    if is_pupil:
        return Refusal(
            "is_pupil", _("Your account is a pupil's. As a pupil you enter competitions with your own school.")
        )
    if has_role:
        return Refusal(
            "has_role", _("Your account has a role at a school, a centre or an authority, so it cannot enter itself.")
        )
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
