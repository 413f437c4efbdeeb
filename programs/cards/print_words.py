"""From issued cards to the words on their paper, in the language of the page on which they were asked for."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from programs.cards.actions import IssuedCards
from programs.cards.pdf import Card, Words
from programs.schools.models import School


def words_of(issued: IssuedCards) -> Words:
    last_day = timezone.localdate(issued.expires_at)
    return Words(
        language=get_language(),
        title=_("Sign-in cards of class {name}").format(name=issued.class_group.name),
        portal=settings.JURISDICTION["portal_name"],
        heading=_("Sign-in card"),
        username_label=_("Username"),
        code_label=_("Activation code (works once)"),
        open_page=_("1. Scan the QR code, or open the page:"),
        address=activation_url(issued.class_group.school).partition("://")[2],
        then=_("2. Enter the code, then set your password."),
        expires=_("Use it by {day} at the latest.").format(day=last_day.strftime("%d/%m/%Y")),
        caution=_("Keep it like your house key: do not lend it to anyone, and do not post pictures of it online."),
    )


def cards_of(issued: IssuedCards) -> list[Card]:
    school = issued.class_group.school
    place = _("Class {class_name} · {school}").format(class_name=issued.class_group.name, school=school.name)
    return [
        Card(
            name=card.pupil.full_name,
            class_and_school=place,
            username=card.username,
            code=card.code,
            url=f"{activation_url(school)}#{card.code}",
        )
        for card in issued.cards
    ]


def activation_url(school: School) -> str:
    return settings.SITE_URL + reverse("school_activate", args=[school.code])
