"""Letters about lists of pupils; none of them names a pupil."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from programs.notices.actions import write_message
from programs.rosters.models import RosterImport
from programs.schools.models import School
from programs.schools.queries.staff import coordinators_of


def roster_applied(*, roster: RosterImport) -> None:
    """To the person who sent the file, when they will no longer be looking at the page."""
    applied = roster.counts["applied"]
    write_message(
        kind="roster_applied",
        to=roster.uploaded_by,
        dedupe_key=f"roster:{roster.pk}:applied:{roster.applied_at.timestamp()}",
        context={"school": roster.school.name, "added": applied["add"], "changed": applied["change"]},
        link=reverse("roster_detail", args=[roster.reference]),
    )


def pupils_asked_for(*, roster: RosterImport, school: School, number: int) -> None:
    """To the coordinator of the school on whose roll the pupils still are. Which school asks is not said."""
    for membership in coordinators_of(school):
        write_message(
            kind="pupils_asked_for",
            to=membership.user,
            dedupe_key=f"roster:{roster.pk}:asked:{school.pk}:{number}:{timezone.localdate()}",
            context={"school": school.name, "number": number},
            link=reverse("roster_asked", args=[school.code]),
        )


def pupils_released(*, roster: RosterImport) -> None:
    """To the person whose import has rows that waited for a release."""
    write_message(
        kind="pupils_released",
        to=roster.uploaded_by,
        dedupe_key=f"roster:{roster.pk}:released:{timezone.localdate()}",
        context={"school": roster.school.name, "reference": roster.reference},
        link=reverse("roster_detail", args=[roster.reference]),
    )
