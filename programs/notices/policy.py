"""What each role sees and does with messages, in words."""

from django.utils.translation import gettext_lazy as _

from programs.core.permissions import SIGNED_IN, Reach, does, sees

PERMISSIONS = [
    sees(_("the messages that the portal sent them"), SIGNED_IN, "message_list", "message_detail", reach=Reach.OWN),
    does(_("mark their messages as read"), SIGNED_IN, "message_list", reach=Reach.OWN),
]
