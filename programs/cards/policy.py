"""What each role does with sign-in cards, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from programs.core.permissions import EVERYBODY, Reach, Role, does
from programs.pupils.models import ClassGroup
from programs.pupils.policy import may_lead_class
from programs.schools.queries.roles import roles_of

PERMISSIONS = [
    does(
        _("issue and void the sign-in cards of a class, and its class code; teachers only for their own class"),
        (Role.TEACHER, Role.COORDINATOR),
        "cards_issue",
        "card_void",
        "class_code",
    ),
    does(
        _("open an account with a sign-in card, on its school's page"),
        EVERYBODY,
        "school_activate",
        "school_activate_password",
        reach=Reach.ALL,
    ),
    does(_("join a class in their school with the code its teacher shows"), (Role.PUPIL,), "class_join"),
]


def may_issue_cards(user, class_group: ClassGroup) -> bool:
    """The class teacher, coordinator and deputy; the page of the class, in ``pupils``, asks the same."""
    return may_lead_class(user, class_group)


def may_join_class(user) -> bool:
    """A pupil, for whom the code of a class is made."""
    return roles_of(user).pupil is not None
