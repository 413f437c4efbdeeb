"""In a city, whoever sees little has little read: every query of who sees what, as every role, by the rows it reads.

Figures are rows and plans of the database itself, never seconds.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pkgutil import walk_packages

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from programs.accounts.models import User
from programs.bookings.models import Booking, RosterEntry
from programs.centres.queries.sessions import centre_ids_of
from programs.certificates.models import Certificate
from programs.certificates.queries import bookings_to_certify, visits_in_doubt
from programs.schools.queries.roles import roles_of
from programs.visit_days.queries.day import visits_of_pupil
from tests.growth.city import BIG, build_city
from tests.world import World

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="Only PostgreSQL tells what it read"),
]
PAGE, MOST_ROWS = 25, 2_000
# These see all or most of the city; what they open is bounded by pages, not by who they are.
SEE_ALL = {"department_officer", "administrator"}
# What everybody sees, whoever asks: the page narrows it to a trip, a month or a key.
PUBLIC = {"sessions_visible_to"}
Sees = Callable[[User], object]


def visibility_queries() -> dict[str, Sees]:
    """Every ``*_visible_to`` of every wing, by its name."""
    found: dict[str, Sees] = {}
    for app in apps.get_app_configs():
        if app.name.startswith(("programs.", "cms", "stem_portal")):
            for module in walk_packages([app.path], f"{app.name}."):
                if "queries" in module.name or module.name.endswith(".log"):
                    own = vars(import_module(module.name)).items()
                    found |= {n: f for n, f in own if n.endswith("_visible_to") and f.__module__ == module.name}
    return found


def other_reads() -> dict[str, Sees]:
    """What desks ask of the whole history besides."""
    return {
        "visits_of_pupil": lambda user: (
            roles_of(user).pupil
            and visits_of_pupil(roles_of(user).pupil, now=timezone.now()).order_by("-session__starts_at")
        ),
        "bookings_to_certify": bookings_to_certify,
        "visits_in_doubt": visits_in_doubt,
    }


# --- What the database read -----------------------------------------------------------------------
def plans_of(read: Callable[[], object]) -> Iterator[dict]:
    """The plan of each SELECT that ``read`` sends, with what it really read."""
    with CaptureQueriesContext(connection) as captured:
        read()
    with connection.cursor() as cursor:
        # A city of a test is small: where an index leads to the rows it is taken, as it would be in a large one.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL random_page_cost = 1.1")
        for query in captured.captured_queries:
            if query["sql"].startswith("SELECT"):
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query['sql']}")
                answer = cursor.fetchone()[0]
                yield (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]


def nodes(plan: dict) -> Iterator[dict]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def rows_read(plan: dict) -> Counter[str]:
    """Rows that were touched in tables and indexes, kept or thrown away, by table."""
    left_out, read = ("Rows Removed by Filter", "Rows Removed by Index Recheck"), Counter[str]()
    for node in nodes(plan):
        if name := node.get("Relation Name") or node.get("Index Name"):
            read[name] += int(
                (node["Actual Rows"] + sum(node.get(each, 0) for each in left_out)) * node["Actual Loops"]
            )
    return read


def too_much(sees: Sees, user, big: set[str]) -> list[str]:
    """What was read beyond the bound for the first page of ``user``; nothing where all is well."""

    def first_page() -> None:
        rows = sees(user)
        if isinstance(rows, QuerySet):
            list(rows[:PAGE])

    found = []
    for plan in plans_of(first_page):
        whole = {n["Relation Name"] for n in nodes(plan) if n["Node Type"] == "Seq Scan" and n["Actual Loops"]} & big
        read = rows_read(plan)
        if whole or read.total() > MOST_ROWS:
            found.append(f"{read.total()} rows, most of {read.most_common(3)}, from end to end: {sorted(whole)}")
    return found


def big_tables() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples > %s", [BIG])
        return {name for (name,) in cursor.fetchall()}


def people_of(world: World) -> dict[str, Callable[[], User]]:
    """Each role as a person who was just read: nothing is remembered from one question to the next."""
    fresh = {role: partial(User.objects.get, pk=user.pk) for role, user in world.people.items() if role not in SEE_ALL}
    return {"anonymous": AnonymousUser, **fresh}


# --- The walk ------------------------------------------------------------------------------------
def test_who_sees_little_has_little_read():
    world, asked = build_city(), visibility_queries()
    assert len(asked) > 30
    people, big = people_of(world), big_tables()
    assert {"certificates_certificate", "bookings_booking", "pupils_pupil", "notices_message"} <= big
    faults = [
        f"{name}, {role}: {fault}"
        for name, sees in (asked | other_reads()).items()
        if name not in PUBLIC
        for role, person in people.items()
        for fault in too_much(sees, person(), big)
    ]
    # Negative control: the list of certificates and the visits of a pupil as they were asked until they were found.
    assert too_much(certificates_by_or, people["teacher"](), big)
    assert too_much(visits_by_or, people["pupil"](), big)
    assert not faults, "\n".join(faults)


def certificates_by_or(user: User) -> QuerySet[Certificate]:
    seen = Q(pupil__user=user) | Q(school__in=roles_of(user).school_ids)
    return Certificate.objects.filter(seen | Q(booking__session__field_trip__centre__in=centre_ids_of(user)))


def visits_by_or(user: User) -> QuerySet[Booking]:
    named = RosterEntry.objects.filter(booking=OuterRef("pk"), pupil=roles_of(user).pupil)
    return Booking.objects.filter(Exists(named) | Q(class_group=1, session__ends_at__gt=timezone.now()))
