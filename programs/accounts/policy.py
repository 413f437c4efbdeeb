"""What each role sees and does with its own account, in words."""

from django.utils.translation import gettext_lazy as _

from programs.core.permissions import SIGNED_IN, Reach, does

PERMISSIONS = [
    does(
        _("manage their own account: password, second factor, devices that are signed in"),
        SIGNED_IN,
        "account_change_password",
        "mfa_index",
        "usersessions_list",
        reach=Reach.OWN,
    ),
]
