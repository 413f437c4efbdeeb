"""What waits at one school, in words: the first thing on the coordinator's page."""

from __future__ import annotations

from datetime import date, datetime

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.core.desk import DeskTask
from programs.schools.models import ClassGroup, Invitation, School
from programs.schools.queries.school_desk import open_data_requests


def waiting_at(
    school: School, *, invitations: list[Invitation], classes: list[ClassGroup], today: date, now: datetime
) -> list[DeskTask]:
    """The most pressing first; a date stands where there is one."""
    return [*_data_requests(school, today), *_expired(invitations, now), *_without_teacher(classes)]


def _data_requests(school: School, today: date) -> list[DeskTask]:
    requests = open_data_requests(school)
    if not requests:
        return []
    words = ngettext("{count} data request is open", "{count} data requests are open", len(requests))
    due = requests[0].due_on
    late = _("The first is overdue since {day}.") if due < today else _("The first is due on {day}.")
    return [
        DeskTask(
            title=words.format(count=len(requests)),
            detail=late.format(day=f"{due:%d/%m/%Y}"),
            url=_address("data_request_list", school),
            action=_("Answer"),
        )
    ]


def _address(name: str, school: School) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return reverse("school_detail", args=[school.code])


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


def _without_teacher(classes: list[ClassGroup]) -> list[DeskTask]:
    count = sum(group.homeroom_teacher_id is None for group in classes)
    if not count:
        return []
    words = ngettext("{count} class has no homeroom teacher", "{count} classes have no homeroom teacher", count)
    detail = _("A homeroom teacher prints the cards and records the consents of the class.")
    return [DeskTask(title=words.format(count=count), detail=detail, url="#classes", action=_("Choose"))]
