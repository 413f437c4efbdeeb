"""What waits at one school, in words: the first thing on the coordinator's page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.core.desk import DeskTask
from programs.schools.models import Invitation, School

PagePart = Callable[[School, dict], dict]
Waiting = Callable[[School, dict, date], list[DeskTask]]

PAGE_PARTS: list[PagePart] = []
WAITING: list[Waiting] = []


def adds_to_school_page(part: PagePart) -> PagePart:
    """Registers ``part(school, page)``: what the school's own staff see besides its people; more for ``page``."""
    PAGE_PARTS.append(part)
    return part


def waits_at_school(find: Waiting) -> Waiting:
    """Registers ``find(school, page, today)``: what waits for the coordinator; ``page`` is what was read already."""
    WAITING.append(find)
    return find


def parts_of(school: School, page: dict) -> dict:
    """What the wings above add to the page of ``school``."""
    return {name: value for part in PAGE_PARTS for name, value in part(school, page).items()}


def waiting_at(school: School, page: dict, *, today: date, now: datetime) -> list[DeskTask]:
    """What waits for the coordinator of ``school``, expired invitations first."""
    found = [task for find in WAITING for task in find(school, page, today)]
    return [*_expired(page["invitations"], now), *found]


def _expired(invitations: list[Invitation], now: datetime) -> list[DeskTask]:
    expired = [each for each in invitations if each.expires_at <= now]
    if not expired:
        return []
    words = ngettext("{count} invitation has expired", "{count} invitations have expired", len(expired))
    return [
        DeskTask(
            title=words.format(count=len(expired)),
            detail=", ".join(each.full_name for each in expired[:3]),
            url="#invitations",
            action=_("Look"),
        )
    ]
