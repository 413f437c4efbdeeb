"""What waits for an officer, the figures of the term, and where to read more."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.core.desk import DeskLink, DeskStat, DeskTask
from programs.participation import policy
from programs.participation.choices import Activity, Show
from programs.participation.queries import Filters, summary_of
from programs.participation.words import percent


def tasks(user) -> list[DeskTask]:
    if not policy.may_compare_schools(user):
        return []
    idle = _idle_schools(user)
    return [idle] if idle else []


def _idle_schools(user) -> DeskTask | None:
    term, participation = summary_of(user, timezone.localdate())
    count = participation.total().without
    if term is None or not count:
        return None
    return DeskTask(
        title=ngettext("{count} school has no activity yet", "{count} schools have no activity yet", count).format(
            count=number_format(count, force_grouping=True)
        ),
        detail=str(term),
        url=_rows(Filters(term=term), show=Show.SCHOOLS, activity=Activity.WITHOUT),
        action=_("See the schools"),
        weight=70,
    )


def stats(user) -> list[DeskStat]:
    if not policy.may_compare_schools(user):
        return []
    term, participation = summary_of(user, timezone.localdate())
    if term is None:
        return []
    total, filters = participation.total(), Filters(term=term)
    visits = _rows(filters, show=Show.VISITS)
    return [
        DeskStat(number_format(total.pupils, force_grouping=True), _("pupil visits this term"), visits),
        DeskStat(percent(total.girls_share), _("of them girls"), visits),
        DeskStat(
            number_format(total.taking, force_grouping=True),
            _("of {schools} schools took part").format(schools=number_format(total.schools, force_grouping=True)),
            _rows(filters, show=Show.SCHOOLS, activity=Activity.WITH),
        ),
    ]


def _rows(filters: Filters, **more: str) -> str:
    return f"{reverse('participation_rows')}?{filters.query(**more)}"


def links(user) -> list[DeskLink]:
    if policy.may_compare_schools(user):
        return [DeskLink(_("Participation"), reverse("participation"), weight=70)]
    if policy.may_see_participation(user):
        return [DeskLink(_("Our participation"), reverse("participation"), weight=70)]
    return []
