"""The roles in words and the people who hold them, gathered from every wing: for administrators alone."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from importlib.util import find_spec

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise

from programs.accounts.models import User
from programs.accounts.queries import FACTORS
from programs.core.models import Holiday, SchoolYear
from programs.core.permissions import EVERYBODY, REACH_OF, SIGNED_IN, Holders, Permission, Reach, Role, nowhere
from programs.core.text import fold
from programs.schools.models import OfficerPost
from stem_portal.administration.roles import may_administer

ROOMS = [app.name for app in apps.get_app_configs() if app.name.startswith("programs.")] + [
    "cms",
    "stem_portal.administration",
]
MOST_FOUND = 500  # maximum search results; type more letters to narrow them down


@cache
def permissions() -> tuple[Permission, ...]:
    return tuple(_said("PERMISSIONS", "policy", "permissions"))


@cache
def holders() -> tuple[Holders, ...]:
    return tuple(_said("HOLDERS", "policy", "roles"))


def _said(name: str, *modules: str) -> Iterator:
    """What each wing lists under ``name``: in ``policy.py``; the website and the administration in a file of its own."""
    for room in ROOMS:
        for module in modules:
            if find_spec(f"{room}.{module}"):
                yield from getattr(importlib.import_module(f"{room}.{module}"), name, ())


@dataclass(frozen=True)
class Sentence:
    text: str | Promise
    reach: str | Promise


@dataclass(frozen=True)
class Meaning:
    """What one group of people sees and does, in sentences; ``reach`` is theirs as a rule, a sentence names another."""

    reach: str | Promise
    sees: list[Sentence] = field(default_factory=list)
    does: list[Sentence] = field(default_factory=list)


def meaning_of(role: Role) -> Meaning:
    """What the role adds to what everyone, and everyone signed in, may do anyway."""
    own = [each for each in permissions() if role in each.roles and _group(each) is None]
    return _meaning(own, role, REACH_OF.get(role, Reach.OWN))


def meaning_of_all(group: tuple[Role, ...]) -> Meaning:
    said = [each for each in permissions() if _group(each) == group]
    return _meaning(said, Role.STUDENT, Reach.ALL if group == EVERYBODY else Reach.OWN)


def _group(permission: Permission) -> tuple[Role, ...] | None:
    """The large group that a sentence is about, so that it is not said again of each role in it."""
    return next((group for group in (EVERYBODY, SIGNED_IN) if set(permission.roles) == set(group)), None)


def _meaning(chosen: list[Permission], role: Role, usual: Reach) -> Meaning:
    def said(does: bool) -> list[Sentence]:
        return [
            Sentence(each.text, Reach(reach).label if (reach := each.reach_of(role)) != usual else "")
            for each in chosen
            if each.does is does
        ]

    return Meaning(reach=usual.label, sees=said(False), does=said(True))


@dataclass(frozen=True)
class RoleCard:
    """A role on the page: its words, and how many people hold it."""

    role: Role
    meaning: Meaning
    count: int | None


def cards() -> list[RoleCard]:
    return [RoleCard(role, meaning_of(role), _count(role)) for role in Role]


def _count(role: Role) -> int | None:
    """None for those who have no account: visitors, and guardians with their links."""
    return people_with(role).count() if source_of(role) else None


def people_with(role: Role) -> QuerySet[User]:
    """The active accounts that hold ``role`` now, each once."""
    people = User.objects.filter(is_active=True)
    if role == Role.STUDENT:
        for source in holders():
            people = people.exclude(pk__in=_person_ids(source))
        return people
    found = Q(pk__in=[])
    for source in _sources(role):
        found |= Q(pk__in=_person_ids(source))
    return people.filter(found)


def _sources(role: Role) -> list[Holders]:
    return [source for source in holders() if source.role == role]


def _person_ids(source: Holders) -> QuerySet:
    return source.rows().order_by().values(source.person or "pk")


@dataclass(frozen=True)
class Holding:
    """One role held by one person."""

    role: Role
    person: User
    title: str | Promise
    scope: str
    since: date | datetime | None


NOBODYS = Holders(
    role=Role.STUDENT,
    rows=lambda: people_with(Role.STUDENT).order_by("sort_key", "pk"),
    person="",
    scope=nowhere,
    title=lambda row: Role.STUDENT.label,
    since=lambda row: row.date_joined,
)


def source_of(role: Role) -> Holders | None:
    """The source of a role's holders; None for a role without accounts."""
    if role == Role.STUDENT:
        return NOBODYS
    return next(iter(_sources(role)), None)


def rows_of(source: Holders, text: str = "") -> QuerySet[Model]:
    """The holders, those whose name, username or email has every word of ``text`` if any is given."""
    rows = source.rows()
    if not fold(text):
        return rows
    return rows.filter(**{f"{source.person or 'pk'}__in": ids_of_people_named(text)})


def as_holdings(source: Holders, rows: Iterable[Model]) -> list[Holding]:
    return [
        Holding(source.role, _person(source, row), source.title(row), source.scope(row), source.since(row))
        for row in rows
    ]


def _person(source: Holders, row: Model) -> User:
    return getattr(row, source.person) if source.person else row


def holdings_of(person: User) -> list[Holding]:
    """Every role that the person holds now."""
    return [
        holding
        for source in holders()
        for holding in as_holdings(source, source.rows().filter(**{source.person or "pk": person.pk}))
    ]


def roles_of(holdings: list[Holding]) -> list[Role]:
    held = {holding.role for holding in holdings} or {Role.STUDENT}
    return [role for role in Role if role in held]


def ids_of_people_named(text: str) -> list[int]:
    """Accounts whose name, username or email contains every word of ``text``, with or without accents."""
    words = fold(text).split()
    pupils = User.objects.filter(pupil__isnull=False)
    for word in words:
        pupils = pupils.filter(Q(pupil__search_key__contains=word) | Q(username__contains=word))
    found = list(pupils.values_list("pk", flat=True)[:MOST_FOUND])
    # Only pupils are so numerous that their folded names are stored in a column.
    others = User.objects.filter(pupil__isnull=True).values_list("pk", "full_name", "username", "email")
    for pk, *spelled in others.order_by("sort_key", "pk").iterator():
        known = fold(" ".join(filter(None, spelled)))
        if len(found) < MOST_FOUND and all(word in known for word in words):
            found.append(pk)
    return found


def people_named(text: str) -> QuerySet[User]:
    """Nobody, when nothing was typed."""
    found = ids_of_people_named(text) if fold(text) else []
    return User.objects.filter(pk__in=found).order_by("sort_key", "pk")


def holdings_to_review() -> Iterator[Holding]:
    """Every role held, role by role; pupils are too many and have nothing to review."""
    for source in holders():
        if source.role != Role.PUPIL:
            yield from as_holdings(source, source.rows().iterator(chunk_size=500))


def ids_with_second_factor() -> set[int]:
    return set(Authenticator.objects.filter(type__in=FACTORS).values_list("user_id", flat=True))


def posts_visible_to(user: User) -> QuerySet[OfficerPost]:
    posts = OfficerPost.objects.select_related("user").prefetch_related("areas").order_by("role", "pk")
    return posts if may_administer(user) else posts.none()


def holidays_visible_to(user: User) -> QuerySet[Holiday]:
    """The latest first."""
    holidays = Holiday.objects.order_by("-starts_on", "pk")
    return holidays if may_administer(user) else holidays.none()


def years_visible_to(user: User) -> QuerySet[SchoolYear]:
    years = SchoolYear.objects.prefetch_related("terms")
    return years if may_administer(user) else years.none()


def people_visible_to(user: User) -> QuerySet[User]:
    """Every account, for an administrator; none for anybody else."""
    return User.objects.all() if may_administer(user) else User.objects.none()
