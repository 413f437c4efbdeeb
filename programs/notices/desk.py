"""What the desk shows of a person's messages, and of letters that perhaps reached nobody."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from programs.accounts.models import User
from programs.core.desk import DeskLink, DeskTask
from programs.notices.policy import may_see_undelivered
from programs.notices.queries import undelivered_visible_to, unread_count


def links(user: User) -> list[DeskLink]:
    own = DeskLink(label=_("Messages"), url=reverse("message_list"), count=unread_count(user), weight=90)
    if not may_see_undelivered(user):
        return [own]
    count = undelivered_visible_to(user).count()
    return [own, DeskLink(label=_("Letters that did not arrive"), url=reverse("letter_list"), count=count, weight=85)]


def tasks(user: User) -> list[DeskTask]:
    if not may_see_undelivered(user) or not (count := undelivered_visible_to(user).count()):
        return []
    title = ngettext("{count} letter did not arrive", "{count} letters did not arrive", count).format(count=count)
    detail = _("The mail server refused them, or the line broke. The people they are for know nothing of it.")
    return [DeskTask(title=title, detail=detail, url=reverse("letter_list"), action=_("Look into it"), weight=10)]
