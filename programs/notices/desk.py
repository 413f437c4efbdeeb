"""What the desk shows of a person's messages."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from programs.accounts.models import User
from programs.core.desk import DeskLink
from programs.notices.queries import unread_count


def links(user: User) -> list[DeskLink]:
    return [DeskLink(label=_("Messages"), url=reverse("message_list"), count=unread_count(user), weight=90)]
