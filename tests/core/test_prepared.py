"""A query that is written once: the same rows as the queryset's, for every value and in every thread."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.db.models import F

from programs.core.prepared import Prepared
from programs.schools.models import Membership
from tests.people import make_school, make_teacher


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
def test_a_stand_in_that_the_statement_does_not_hold_is_a_mistake_of_ours():
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
