"""Bình Dương before and after July 2025: the same schools, the same figures, each opening to its rows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from programs.duplicates.actions.merging import merge_schools
from programs.schools.models import Area
from tests.participation.make import make_lesson, make_terms, make_visit
from tests.people import make_officer, make_outsider, make_school, make_ward

pytestmark = pytest.mark.django_db


@pytest.fixture
def wards():
    binh_duong = make_ward("Phường Thủ Dầu Một")
    city = make_ward("Phường Sài Gòn")
    Area.objects.filter(pk=city.pk).update(former_province="TP. Hồ Chí Minh")
    return binh_duong, city


def line_of(page, key: str):
    return next(line for line in page.context["lines"] if line["figures"].key == key)


def test_figures_by_former_province_open_to_exactly_their_rows(client, wards):
    past, _term = make_terms()
    here, there = make_school("Trường THCS Chu Văn An", ward=wards[0]), make_school("Trường THCS Lê Lợi", ward=wards[1])
    day = past.starts_on + timedelta(days=20)
    make_visit(here, day)
    make_visit(here, day + timedelta(days=7))
    make_visit(there, day)
    make_lesson(there, day)
    client.force_login(make_officer())
    page = client.get(reverse("participation"), {"by": "former", "term": past.pk})
    line = line_of(page, "Bình Dương")
    assert (line["figures"].schools, line["figures"].taking, line["figures"].visits) == (1, 1, 2)
    assert "30/6/2025" in str(line["figures"].label)
    assert str(line_of(page, "TP. Hồ Chí Minh")["figures"].label) == "TP. Hồ Chí Minh"
    rows = client.get(f"{reverse('participation_rows')}?{line['query']}&show=visits")
    assert rows.context["totals"]["visits"] == 2
    assert {booking.school_id for booking in rows.context["rows"]} == {here.pk}
    over_time = client.get(reverse("participation"), {"by": "term", "former": "Bình Dương"})
    assert sum(line["figures"].visits for line in over_time.context["lines"]) == 2


def test_a_school_that_merged_within_the_year_is_counted_once(client, wards):
    past, _term = make_terms()
    old, new = make_school("Trường THCS Cũ", ward=wards[0]), make_school("Trường THCS Mới", ward=wards[0])
    day = past.starts_on + timedelta(days=20)
    make_visit(old, day)
    make_visit(new, day + timedelta(days=7))
    officer = make_officer()
    merge_schools(source=old, target=new, reason="Quyết định 12/QĐ-UBND", by=officer, key="m-1")
    client.force_login(officer)
    line = line_of(client.get(reverse("participation"), {"by": "former", "term": past.pk}), "Bình Dương")["figures"]
    assert (line.schools, line.taking, line.visits) == (1, 1, 2)


def test_another_province_cannot_be_asked_from_outside_the_scope(client, wards):
    make_terms()
    make_school("Trường THCS Lê Lợi", ward=wards[1])
    officer = make_officer(areas=(wards[0],))
    make_school("Trường THCS Chu Văn An", ward=wards[0])
    client.force_login(officer)
    asked = client.get(reverse("participation_rows"), {"former": "TP. Hồ Chí Minh"})
    assert asked.status_code == 404
    client.force_login(make_outsider())
    assert client.get(reverse("participation"), {"by": "former"}).status_code == 403
