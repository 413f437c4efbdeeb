"""What each role sees and does, described in words next to the code that allows it.

Each wing lists its sentences in ``programs/<wing>/policy.py: PERMISSIONS``; the administrators' role page is made of
them. They do not decide anything: ``policy.may_*`` and ``queries.*_visible_to`` do. tests/test_role_sentences.py checks
every sentence against the matrix of what each role can really do at each address, and finds what no sentence mentions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Model, QuerySet, TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Role(TextChoices):
    """The values are the columns of tests/permissions.txt, but for those whose pages have a test of their own."""

    ANONYMOUS = "anonymous", pgettext_lazy("role", "Visitor")
    GUARDIAN = "guardian", pgettext_lazy("role", "Guardian with a personal link")
    PUPIL = "pupil", pgettext_lazy("role", "Pupil")
    STUDENT = "university_student", pgettext_lazy("role", "Person without a role, such as a university student")
    TEACHER = "teacher", pgettext_lazy("role", "Teacher")
    COORDINATOR = "coordinator", pgettext_lazy("role", "School coordinator or deputy")
    PRINCIPAL = "principal", pgettext_lazy("role", "Principal")
    CENTRE_STAFF = "centre_staff", pgettext_lazy("role", "Centre manager or staff")
    JUDGE = "judge", pgettext_lazy("role", "Judge")
    WARD_OFFICER = "ward_officer", pgettext_lazy("role", "Ward officer")
    DEPARTMENT_OFFICER = "department_officer", pgettext_lazy("role", "Department officer")
    STEERING = "steering_viewer", pgettext_lazy("role", "Steering committee viewer")
    EDITOR = "editor", pgettext_lazy("role", "Editor or moderator of the website")
    ADMINISTRATOR = "administrator", pgettext_lazy("role", "Administrator")


class Reach(TextChoices):
    """The scope of a role: its relations to an object, as in tests/world.py."""

    OWN = "own", pgettext_lazy("reach", "their own")
    SCHOOL = "school", pgettext_lazy("reach", "their own school")
    CENTRE = "centre", pgettext_lazy("reach", "their own centre")
    WARD = "ward", pgettext_lazy("reach", "their own ward")
    ALL = "all", pgettext_lazy("reach", "everywhere")


REACH_OF = {
    Role.TEACHER: Reach.SCHOOL,
    Role.COORDINATOR: Reach.SCHOOL,
    Role.PRINCIPAL: Reach.SCHOOL,
    Role.CENTRE_STAFF: Reach.CENTRE,
    Role.WARD_OFFICER: Reach.WARD,
    Role.DEPARTMENT_OFFICER: Reach.ALL,
    Role.STEERING: Reach.ALL,
    Role.ADMINISTRATOR: Reach.ALL,
}
EVERYBODY = tuple(Role)
SIGNED_IN = tuple(role for role in Role if role not in (Role.ANONYMOUS, Role.GUARDIAN))
SCHOOL_STAFF = (Role.TEACHER, Role.COORDINATOR, Role.PRINCIPAL)


@dataclass(frozen=True)
class Permission:
    """One sentence: ``roles`` see, or do, what is behind ``urls`` (URL names)."""

    text: Promise
    roles: tuple[Role, ...]
    urls: tuple[str, ...]
    does: bool
    reach: Reach | None = None  # where it is not the usual one of the role

    def reach_of(self, role: Role) -> Reach:
        return self.reach or REACH_OF.get(role, Reach.OWN)


def sees(text: Promise, roles: Iterable[Role], *urls: str, reach: Reach | None = None) -> Permission:
    return Permission(text, tuple(roles), urls, does=False, reach=reach)


def does(text: Promise, roles: Iterable[Role], *urls: str, reach: Reach | None = None) -> Permission:
    return Permission(text, tuple(roles), urls, does=True, reach=reach)


@dataclass(frozen=True)
class Holders:
    """Who holds a role now: rows that lead to a person through ``person`` (empty: the rows are the people).

    ``title`` names the office more exactly than the role does, e.g. deputy coordinator.
    """

    role: Role
    rows: Callable[[], QuerySet]
    person: str
    scope: Callable[[Any], str]  # of a row
    title: Callable[[Any], str | Promise]
    since: Callable[[Any], date | datetime | None]


def nowhere(row: Model) -> str:
    """The scope of a role that has none."""
    return str(_("the whole portal"))
