"""What later wings do when pupils leave or are joined, and what pupils add to a school's page and its closing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.core.desk import DeskTask
from programs.pupils.actions.places import end_places
from programs.pupils.models import Pupil
from programs.pupils.queries import classes_of, number_on_roll
from programs.schools.desk import adds_to_school_page, waits_at_school
from programs.schools.hooks import when_school_has_closed
from programs.schools.models import School


@when_school_has_closed
def let_pupils_leave(school: School) -> None:
    """Every pupil leaves today; the records stay."""
    today = timezone.localdate()
    end_places(pupils=Pupil.objects.filter(school=school), on=today)
    Pupil.objects.filter(school=school, left_on__isnull=True).update(left_on=today)


@adds_to_school_page
def classes_and_pupils(school: School, page: dict) -> dict:
    classes = list(classes_of(school, page["school_year"]))
    return {"classes": classes, "pupils": number_on_roll(school)}


@waits_at_school
def classes_without_teacher(school: School, page: dict, today: date) -> list[DeskTask]:
    count = sum(group.homeroom_teacher_id is None for group in page["classes"])
    if not count:
        return []
    words = ngettext("{count} class has no class teacher", "{count} classes have no class teacher", count)
    detail = _("A class teacher prints the cards and records the consents of the class.")
    return [DeskTask(title=words.format(count=count), detail=detail, url="#classes", action=_("Choose"))]


Leaving = Callable[[list[Pupil]], None]
Merging = Callable[[Pupil, Pupil], None]

LEAVING: list[Leaving] = []
MERGING: list[Merging] = []
PARTING: list[Merging] = []


def when_pupils_leave(follow: Leaving) -> Leaving:
    """Registers ``follow(pupils)``; it runs in the transaction in which they leave."""
    LEAVING.append(follow)
    return follow


def when_pupils_merge(follow: Merging) -> Merging:
    """Registers ``follow(kept, dropped)``; it runs under the lock of both, before their rows are joined."""
    MERGING.append(follow)
    return follow


def when_pupils_part(follow: Merging) -> Merging:
    """Registers ``follow(kept, dropped)``; it runs under the lock of both, after they are two again."""
    PARTING.append(follow)
    return follow
