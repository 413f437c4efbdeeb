"""What administration puts on a desk."""

from django.urls import reverse
from django.utils.translation import gettext as _

from programs.accounts.models import User
from programs.core.desk import DeskLink


def links(user: User) -> list[DeskLink]:
    return [DeskLink(label=_("Roles"), url=reverse("role_list"), weight=80)] if user.is_superuser else []
