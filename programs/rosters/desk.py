"""What lists of pupils put on a person's desk."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.core.desk import DeskTask
from programs.rosters import queries as roster_queries


def tasks(user) -> list[DeskTask]:
    """Imports waiting for a person, and pupils another school is expecting."""
    found = [
        DeskTask(
            title=_("A list of pupils is waiting for you: {file}").format(file=roster.file_name),
            detail=f"{roster.school} · {roster.get_state_display()}",
            url=reverse("roster_detail", args=[roster.reference]),
            action=_("Continue"),
            weight=35,
        )
        for roster in roster_queries.waiting_rosters(user)[:3]
    ]
    for school, count in roster_queries.schools_asked(user):
        title = ngettext(
            "Another school is expecting {count} of your pupils",
            "Another school is expecting {count} of your pupils",
            count,
        )
        found.append(
            DeskTask(
                title=title.format(count=count),
                detail=_("If they have left {school}, mark them as left.").format(school=school),
                url=reverse("roster_asked", args=[school.code]),
                action=_("View"),
                weight=45,
            )
        )
    return found
