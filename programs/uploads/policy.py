"""What each role does with large files, in words."""

from django.utils.translation import gettext_lazy as _

from programs.core.permissions import SIGNED_IN, Reach, does, sees

PERMISSIONS = [
    sees(
        _("the large files that they are sending, and what became of them"),
        SIGNED_IN,
        "upload_list",
        "upload_detail",
        "upload_unfinished",
        reach=Reach.OWN,
    ),
    does(
        _("send large files to where a page asks them for one, go on with unfinished ones, and drop them"),
        SIGNED_IN,
        "upload_drop",
        reach=Reach.OWN,
    ),
]


def may_see_waiting_scans(user) -> bool:
    return user.is_active and user.is_superuser
