"""What the desk shows of files on their way, and of a virus scanner that does not answer."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from programs.accounts.models import User
from programs.core.desk import DeskTask
from programs.uploads.policy import may_see_waiting_scans
from programs.uploads.queries import unfinished_visible_to, waiting_for_scanner


def tasks(user: User) -> list[DeskTask]:
    return [*_unfinished(user), *_waiting_scans(user)]


def _unfinished(user: User) -> list[DeskTask]:
    if not (count := unfinished_visible_to(user, now=timezone.now()).count()):
        return []
    title = ngettext("{count} file is not sent yet", "{count} files are not sent yet", count).format(count=count)
    detail = _("Choose the same file again: it goes on where the line broke.")
    return [DeskTask(title=title, detail=detail, url=reverse("upload_list"), action=_("Go on"), weight=30)]


def _waiting_scans(user: User) -> list[DeskTask]:
    if not may_see_waiting_scans(user) or not (count := waiting_for_scanner()):
        return []
    title = ngettext("{count} file waits for the virus scanner", "{count} files wait for the virus scanner", count)
    detail = _("The scanner gave no answer three times or more. The files stay unseen until it does: start it again.")
    return [
        DeskTask(
            title=title.format(count=count), detail=detail, url=reverse("upload_list"), action=_("Look"), weight=10
        )
    ]
