"""What each role sees and does with messages, in words."""

from django.utils.translation import gettext_lazy as _

from programs.core.permissions import SIGNED_IN, Reach, Role, does, sees

PERMISSIONS = [
    sees(_("the messages that the portal sent them"), SIGNED_IN, "message_list", "message_detail", reach=Reach.OWN),
    does(_("mark their messages as read"), SIGNED_IN, "message_list", reach=Reach.OWN),
    does(
        _("look after letters that failed or broke off while being sent, and send them once more; never their text"),
        (Role.ADMINISTRATOR,),
        "letter_list",
        "letter_again",
        "letter_settle",
    ),
]


def may_see_undelivered(user) -> bool:
    return user.is_active and user.is_superuser
