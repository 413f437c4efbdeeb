"""What waits to be frozen, and the way to the frozen reports."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.core.desk import DeskLink, DeskTask
from programs.reviews import policy
from programs.reviews.queries.reports import last_term_not_frozen


def tasks(user) -> list[DeskTask]:
    waiting = _not_frozen(user)
    return [waiting] if waiting else []


def _not_frozen(user) -> DeskTask | None:
    if not policy.may_freeze(user):
        return None
    term = last_term_not_frozen(timezone.localdate())
    if term is None:
        return None
    return DeskTask(
        title=_("The figures for {term} have not been frozen").format(term=term),
        detail=_("The term ended on {day}.").format(day=f"{term.ends_on:%d/%m/%Y}"),
        url=reverse("report_freeze", args=[term.pk]),
        action=_("Freeze the figures"),
        weight=40,
    )


def links(user) -> list[DeskLink]:
    if not policy.may_see_reports(user):
        return []
    return [DeskLink(_("Reports"), reverse("report_list"), weight=71)]
