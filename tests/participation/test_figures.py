"""Totals, rows and raw SQL agree, whatever way the figures are put together (CASES R02)."""

from __future__ import annotations

from datetime import time, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.utils import timezone

from programs.bookings.choices import BookingState
from programs.core.choices import Level
from programs.participation import queries
from programs.participation.choices import Activity
from programs.participation.queries import Filters
from programs.schools.choices import SchoolState
from programs.schools.models import School
from tests.participation.make import make_lesson, make_own, make_terms, make_visit
from tests.people import make_cluster, make_officer, make_school, make_ward

pytestmark = pytest.mark.django_db


@pytest.fixture
def province():
    """Two wards, schools of every kind, a merger, and things that must not be counted."""
    first, second = make_terms()
    day, later = first.starts_on + timedelta(days=40), second.starts_on + timedelta(days=40)
    phu_loi, di_an = make_ward("Phường Phú Lợi"), make_ward("Phường Dĩ An")
    cluster = make_cluster()
    secondary = make_school("Trường THCS Phú Lợi", ward=phu_loi, cluster=cluster)
    several = make_school(
        "Trường TH - THCS - THPT Ngôi Sao",
        ward=phu_loi,
        levels=(Level.PRIMARY, Level.LOWER_SECONDARY, Level.UPPER_SECONDARY),
    )
    continuing = make_school("Trung tâm GDTX Dĩ An", ward=di_an, levels=(Level.CONTINUING,), cluster=cluster)
    idle = make_school("Trường Tiểu học Dĩ An", ward=di_an, levels=(Level.PRIMARY,), state=SchoolState.INVITED)
    lessons_only = make_school("Trường THCS Dĩ An", ward=di_an)
    make_school("Trường Mầm non Dĩ An", ward=di_an, levels=(Level.PRESCHOOL,))
    make_school("Trường THCS đã giải thể", ward=di_an, state=SchoolState.CLOSED)
    merged = make_school("Trường THCS Tân Đông", ward=di_an, state=SchoolState.MERGED, merged_into=secondary)
    make_visit(secondary, day, class_name="8A1", pupils=30, girls=14)
    make_visit(secondary, later, class_name="9A1", pupils=31, girls=15)
    make_visit(several, day, class_name="4A", pupils=20, girls=9)
    make_visit(several, day, class_name="11A", pupils=25, girls=12, state=BookingState.ATTENDED)
    make_visit(several, day, class_name=None, pupils=7, girls=3)
    make_visit(continuing, later, class_name="10A", pupils=18, girls=6)
    make_visit(merged, day, class_name="7A1", pupils=22, girls=10)
    make_visit(secondary, day, class_name="6A1", state=BookingState.NO_SHOW)
    make_visit(idle, day, class_name="5A", state=BookingState.CANCELLED_BY_SCHOOL)
    make_lesson(lessons_only, day, grade=6)
    return SimpleNamespace(
        terms=[second, first], first=first, second=second, phu_loi=phu_loi, di_an=di_an, cluster=cluster,
        secondary=secondary, several=several, continuing=continuing, idle=idle, officer=make_officer("Phan Hoàng Nam"),
    )  # fmt: skip


def raw(where: str = "1 = 1", *parameters) -> tuple[int, int, int]:
    """Visits, pupils and girls, asked of the database without the ORM."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*), COALESCE(SUM(b.arrived_pupils), 0), COALESCE(SUM(b.arrived_girls), 0)"
            " FROM bookings_booking b JOIN centres_session s ON s.id = b.session_id"
            " JOIN schools_school own ON own.id = b.school_id"
            " JOIN schools_school sc ON sc.id = COALESCE(own.merged_into_id, own.id)"
            " LEFT JOIN pupils_classgroup c ON c.id = b.class_group_id"
            f" WHERE b.state IN ('attended', 'closed') AND {where}",
            parameters,
        )
        return tuple(int(value) for value in cursor.fetchone())


def triple(figures) -> tuple[int, int, int]:
    return figures.visits, figures.pupils, figures.girls


def rows_of(province, **filters) -> tuple[int, int, int]:
    rows = list(queries.visit_rows(province.officer, Filters(**filters), province.terms))
    return len(rows), sum(row.arrived_pupils for row in rows), sum(row.arrived_girls for row in rows)


def read(province, *terms):
    return queries.participation_of(School.objects.all(), terms or province.terms)


def test_totals_equal_rows_equal_raw_sql(province):
    total = read(province).total()
    assert triple(total) == raw() == rows_of(province) == (7, 153, 69)
    assert (total.lessons, total.lesson_pupils, total.lesson_girls) == (1, 35, 17)


def test_what_a_school_did_itself_counts_by_its_day_and_level_until_it_is_withdrawn(province):
    """Dĩ An primary, which did nothing so far, holds a festival; the school that merged had one, too."""
    before = read(province).total()
    festival = make_own(province.idle, province.first.starts_on)
    make_own(School.objects.get(name="Trường THCS Tân Đông"), province.first.ends_on, pupils=40, girls=20)
    total = read(province).total()
    assert (total.activities, total.activity_pupils, total.activity_girls) == (2, 160, 86)
    assert total.taking == before.taking + 1 and triple(total) == triple(before), "visits are not mixed with it"
    levels = {row.key: row.activities for row in read(province).by_level()}
    assert (levels["primary"], levels["lower_secondary"]) == (1, 1)
    rows = queries.own_activity_rows(province.officer, Filters(), province.terms)
    assert queries.totals_of_reports(rows) == {"visits": 2, "pupils": 160, "girls": 86}
    festival.withdrawn_at = timezone.now()
    festival.save()
    assert read(province).total().activities == 1 and read(province).total().taking == before.taking


def test_by_ward(province):
    wards = {row.label: row for row in read(province).by_ward()}
    for ward in (province.phu_loi, province.di_an):
        expected = raw("sc.ward_id = %s", ward.pk)
        assert triple(wards[ward.name]) == expected == rows_of(province, ward=ward.pk)
    assert (wards["Phường Phú Lợi"].taking, wards["Phường Phú Lợi"].schools) == (2, 2)
    assert (wards["Phường Dĩ An"].taking, wards["Phường Dĩ An"].schools) == (2, 3)


def test_by_level_and_a_school_of_three_levels_counts_once_in_the_total(province):
    participation = read(province)
    levels = {row.key: row for row in participation.by_level()}
    assert triple(levels["primary"]) == raw("c.grade <= 5") == rows_of(province, level="primary") == (1, 20, 9)
    assert (
        triple(levels["lower_secondary"])
        == raw("c.grade BETWEEN 6 AND 9")
        == rows_of(province, level="lower_secondary")
    )
    upper = raw("c.grade >= 10 AND own.id <> %s", province.continuing.pk)
    assert triple(levels["upper_secondary"]) == upper == rows_of(province, level="upper_secondary") == (1, 25, 12)
    assert triple(levels["continuing"]) == rows_of(province, level="continuing") == (1, 18, 6)
    assert triple(levels["none"]) == raw("c.id IS NULL") == rows_of(province, level="none") == (1, 7, 3)
    total = participation.total()
    assert triple(total) == tuple(sum(column) for column in zip(*map(triple, levels.values()), strict=True))
    assert (levels["primary"].schools, levels["lower_secondary"].schools, levels["upper_secondary"].schools) == (
        2,
        3,
        1,
    )
    assert total.schools == 5
    assert (levels["primary"].taking, levels["upper_secondary"].taking, total.taking) == (1, 1, 4)


def test_by_term_and_one_term_alone(province):
    terms = {row.key: row for row in read(province).by_term(province.terms)}
    for term in province.terms:
        alone = read(province, term).total()
        assert triple(terms[str(term.pk)]) == triple(alone) == rows_of(province, term=term)
    assert triple(terms[str(province.second.pk)]) == (2, 49, 21)


def test_by_cluster(province):
    narrowed = read(province).narrowed(cluster=province.cluster.pk)
    expected = raw("sc.cluster_id = %s", province.cluster.pk)
    assert triple(narrowed.total()) == expected == rows_of(province, cluster=province.cluster.pk)


def test_each_school_opens_to_its_own_rows(province):
    schools = read(province).by_school()
    assert len(schools) == 5
    for school, figures in schools:
        assert triple(figures) == raw("sc.id = %s", school.pk) == rows_of(province, school=school.code)


def test_what_a_merged_school_did_belongs_to_the_school_that_it_became(province):
    participation = read(province, province.first).narrowed(school=province.secondary.code)
    assert triple(participation.total()) == (2, 52, 24)


def test_schools_without_any_activity_are_named(province):
    participation = read(province)
    assert [school.name for school, _ in participation.by_school(Activity.WITHOUT)] == ["Trường Tiểu học Dĩ An"]
    assert len(participation.by_school(Activity.WITH)) == participation.total().taking
    secondary_only = participation.narrowed(level="upper_secondary")
    assert [school.name for school, _ in secondary_only.by_school(Activity.WITH)] == [province.several.name]


def test_the_day_is_counted_in_vietnamese_time(province):
    """At 6 in the morning of the first day it is still the day before in Greenwich."""
    before = read(province, province.second).total().visits
    make_visit(province.secondary, province.second.starts_on, class_name="8A9", clock=time(6, 0))
    make_visit(province.secondary, province.second.ends_on, class_name="8A8", clock=time(21, 0))
    assert read(province, province.second).total().visits == before + 2


@pytest.mark.parametrize("schools", [1, 3])
def test_the_figures_cost_the_same_for_one_school_and_for_three(schools, django_assert_num_queries):
    terms = make_terms()
    for number in range(schools):
        school = make_school(f"Trường THCS số {number}", ward=make_ward(f"Phường số {number}"))
        make_visit(school, terms[0].starts_on)
        make_lesson(school, terms[1].starts_on)
    with django_assert_num_queries(5):
        assert queries.participation_of(School.objects.all(), terms).total().taking == schools
