"""A query that is written once: the same rows as the queryset's, for every value and in every thread."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from importlib import import_module
from itertools import product

import pytest
from django.contrib.sessions.models import Session as SignIn
from django.db import connection
from django.db.models import F, Model
from django.utils import timezone

from programs.accounts.models import User
from programs.bookings.models import Booking
from programs.bookings.queries import hash_of_key
from programs.centres.models import Season, Session
from programs.core.prepared import Prepared
from programs.schools.models import Membership, School
from tests.people import make_school, make_teacher
from tests.test_architecture import ROOT
from tests.world import build_world


def posts(user_id: int):
    return Membership.objects.filter(user_id=user_id).select_related("school").annotate(school_name=F("school__name"))


@pytest.mark.django_db
def test_each_value_has_its_own_rows(django_assert_num_queries):
    hanh = make_teacher(school=make_school("Trường THCS Phú Lợi"))
    lam = make_teacher("Đỗ Văn Lâm", school=make_school("Trường THCS An Phú"))
    prepared = Prepared(posts, user_id=-1)
    for teacher, name in ((hanh, "Trường THCS Phú Lợi"), (lam, "Trường THCS An Phú")):
        with django_assert_num_queries(1):
            [membership] = prepared.rows(user_id=teacher.pk)
            assert membership.school.name == membership.school_name == name
        assert membership == posts(teacher.pk).get()
        assert membership.started_on == posts(teacher.pk).get().started_on  # converted as the queryset's
    assert prepared.rows(user_id=0) == []


@pytest.mark.django_db
def test_a_stand_in_missing_from_the_statement_is_a_programming_error():
    with pytest.raises(ValueError, match="do not stand"):
        Prepared(lambda user_id: posts(5), user_id=-1).rows(user_id=5)


@pytest.mark.django_db(transaction=True)
def test_every_thread_asks_on_its_own_connection():
    teachers = [make_teacher(f"Lê Văn Tư {number}", school=make_school(f"Trường Số {number}")) for number in range(4)]
    prepared = Prepared(posts, user_id=-1)

    def names(user_id: int) -> list[str]:
        try:
            return [membership.school.name for membership in prepared.rows(user_id=user_id)]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(names, [teacher.pk for teacher in teachers] * 5))
    assert answers == [[f"Trường Số {number}"] for number in range(4)] * 5


# --- The queries that are there -----------------------------------------------------------------
def prepared_queries() -> dict[str, Prepared]:
    """Every query of ours that is written once, by where it is."""
    for path in (ROOT / "programs").rglob("*.py"):
        if "core.prepared import" in path.read_text(encoding="utf-8"):
            import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return {
        f"{name}.{attribute}": value
        for name, module in sorted(sys.modules.items())
        if name.startswith("programs.")
        for attribute, value in vars(module).items()
        if isinstance(value, Prepared)
    }


@pytest.fixture
def values(client) -> dict[str, list]:
    """What is asked with, by the name of the value: what is in a small province, and what is not."""
    world = build_world()
    for person in world.people.values():
        client.force_login(person)
    key = hash_of_key(world.people["teacher"], "booked")
    Booking.objects.filter(pk=world.places["own"].booking.pk).update(key_hash=key)
    now = timezone.now()
    schools = [*School.objects.values_list("pk", flat=True), 0]
    return {
        "user_id": [*User.objects.values_list("pk", flat=True), 0],
        "key": [*SignIn.objects.values_list("session_key", flat=True), key, "none"],
        "pk": [*schools, *Session.objects.values_list("pk", flat=True)],
        "school": schools,
        "season": [*Season.objects.values_list("pk", flat=True), 0],
        "now": [now - timedelta(days=400), now, now + timedelta(days=400)],
        "day": [timezone.localdate(), timezone.localdate() - timedelta(days=800)],
        "first": [1, 8],
        "last": [7, 12],
    }


def told(row: object, *, by: tuple = ()) -> object:
    """All that is in a row, its related objects and annotations too; ``by``: the rows that led to it."""
    if not isinstance(row, Model) or any(row is each for each in by):
        return str(row) if isinstance(row, Model) else row
    related = {name: told(value, by=(*by, row)) for name, value in row._state.fields_cache.items()}
    return type(row), row._state.db, {name: value for name, value in vars(row).items() if name != "_state"}, related


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(prepared_queries()))
def test_a_prepared_query_gives_what_its_queryset_gives(name, values, settings, django_assert_num_queries):
    prepared = prepared_queries()[name]
    names = list(prepared.stand_ins)
    asked = [dict(zip(names, each, strict=True)) for each in product(*[values[name] for name in names])]
    settings.PREPARED_QUERIES = False
    with django_assert_num_queries(len(asked)):
        built = [prepared.rows(**given) for given in asked]
    [kind] = {isinstance(row, tuple) for rows in built for row in rows}  # and not nothing compared with nothing
    settings.PREPARED_QUERIES = True
    ask = prepared.tuples if kind else prepared.rows
    with django_assert_num_queries(len(asked)):
        for given, rows in zip(asked, built, strict=True):
            assert [told(row) for row in ask(**given)] == [told(row) for row in rows], given


@pytest.mark.django_db
def test_the_switch_leaves_the_queries_to_the_querysets(settings, monkeypatch):
    hanh = make_teacher()
    prepared = Prepared(posts, user_id=-1)
    monkeypatch.setattr(Prepared, "_filled", None)  # whatever it does with Django's own parts, it is not asked
    settings.PREPARED_QUERIES = False
    assert prepared.rows(user_id=hanh.pk) == list(posts(hanh.pk))
