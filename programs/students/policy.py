"""Who says that they are a university student."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from programs.core.permissions import EVERYBODY, SIGNED_IN, Reach, does


def may_state_studies(user, _target: object = None) -> bool:
    """Everybody for themselves; whether an account can enter, the rules say in words."""
    return user.is_authenticated


PERMISSIONS = [
    does(_("sign up as a university student"), EVERYBODY, "student_sign_up", "student_join", reach=Reach.ALL),
    does(_("say where they study, to enter competitions for students"), SIGNED_IN, "student_studies", reach=Reach.OWN),
]
