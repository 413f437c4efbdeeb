"""What sign-in cards put on a class teacher's desk."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.cards.queries import classes_without_cards
from programs.core.desk import DeskTask


def tasks(user) -> list[DeskTask]:
    found = []
    for class_group in classes_without_cards(user, day=timezone.localdate()):
        count = class_group.without_card
        title = ngettext(
            "{count} pupil of class {name} has no sign-in card yet",
            "{count} pupils of class {name} have no sign-in card yet",
            count,
        )
        found.append(
            DeskTask(
                title=title.format(count=count, name=class_group.name),
                detail=_("With a card, a pupil without email can open an account for projects and certificates."),
                url=reverse("cards_issue", args=[class_group.pk]),
                action=_("Make the cards"),
                weight=75,
            )
        )
    return found
