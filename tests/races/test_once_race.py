"""The same form sent by several connections at once is done once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from time import sleep

import pytest
from django.db import connection, transaction

from programs.accounts.models import User
from programs.core.idempotency import once
from programs.core.models import Holiday, IdempotencyRecord
from programs.core.refusals import Refused
from tests.people import make_user

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'",
        reason="SQLite lets one writer in at a time; `make test` runs this on PostgreSQL",
    ),
]
AT_ONCE = 6
TET = date(2027, 2, 6)


@transaction.atomic
@once("test.holiday", returns=Holiday)
def add_holiday(*, name: str, by: User, key: str) -> Holiday:
    """A holiday, taking the time in which a person's request does something else."""
    sleep(0.1)
    return Holiday.objects.create(name=name, starts_on=TET, ends_on=TET)


def sent_at_once(*names: str) -> list:
    """What each of several connections is answered that send one key at one moment."""
    person, start = make_user("Trần Thị Hạnh"), Barrier(len(names))

    def send(name: str):
        try:
            start.wait(timeout=5)
            return add_holiday(name=name, by=person, key="k").pk
        except Refused as refused:
            return refused.refusal.code
        except IdempotencyRecord.MultipleObjectsReturned:
            return "two rows"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(names)) as pool:
        return list(pool.map(send, names))


def test_sent_by_several_at_once_it_is_done_once():
    answers = sent_at_once(*["Tết"] * AT_ONCE)
    assert Holiday.objects.count() == 1
    assert answers == [Holiday.objects.get().pk] * AT_ONCE


def test_of_several_with_other_contents_the_first_is_done():
    answers = sent_at_once("Tết", "Quốc khánh")
    assert Holiday.objects.count() == 1
    assert sorted(answers, key=str) == [Holiday.objects.get().pk, "key_reused"]


def test_without_the_unique_row_it_is_done_more_than_once():
    """The negative control: the guard is what holds the others back."""
    [guard] = IdempotencyRecord._meta.constraints
    with connection.schema_editor() as editor:
        editor.remove_constraint(IdempotencyRecord, guard)
    try:
        sent_at_once(*["Tết"] * AT_ONCE)
        assert Holiday.objects.count() > 1
    finally:
        IdempotencyRecord.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(IdempotencyRecord, guard)
