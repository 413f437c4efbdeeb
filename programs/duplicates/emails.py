"""A merger was undone: everybody who works at one of the two schools is told."""

from __future__ import annotations

from django.urls import reverse

from programs.duplicates.models import SchoolMerger
from programs.notices.actions import write_message
from programs.schools.queries.staff import staff_of


def merger_undone(*, merger: SchoolMerger, reason: str) -> None:
    """Before their roles change, so that those of both schools are reached."""
    for user in {member.user_id: member.user for member in staff_of(merger.target)}.values():
        write_message(
            kind="merger_undone",
            to=user,
            dedupe_key=f"merger:{merger.pk}:undone:{user.pk}",
            context={"school": merger.source.name, "other": merger.target.name, "reason": reason},
            link=reverse("desk"),
        )
