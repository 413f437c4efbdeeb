"""Open data requests on a school's page, and what becomes of them when the school closes."""

from __future__ import annotations

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.core.desk import DeskTask
from programs.data_rights.choices import OPEN_REQUESTS
from programs.data_rights.models import DataRequest
from programs.data_rights.queries import identifiers_erased, open_data_requests
from programs.rosters.queries import ERASED
from programs.schools.desk import waits_at_school
from programs.schools.hooks import when_school_has_closed
from programs.schools.models import School

ERASED.append(identifiers_erased)


@when_school_has_closed
def hand_requests_to_department(school: School) -> None:
    """Nobody at the school is left to answer them: the department takes them on."""
    DataRequest.objects.filter(school=school, state__in=OPEN_REQUESTS).update(school=None)


@waits_at_school
def data_requests_at_school(school: School, page: dict, today: date) -> list[DeskTask]:
    requests = open_data_requests(school)
    if not requests:
        return []
    words = ngettext("{count} data request is open", "{count} data requests are open", len(requests))
    due = requests[0].due_on
    late = _("The first has been overdue since {day}.") if due < today else _("The first is due on {day}.")
    return [
        DeskTask(
            title=words.format(count=len(requests)),
            detail=late.format(day=f"{due:%d/%m/%Y}"),
            url=reverse("data_request_list"),
            action=_("Answer"),
        )
    ]
