import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.template import Context, Template
from django.utils import translation
from django.utils.formats import date_format

from programs.centres.rules import moment_text
from programs.core.calendar import add_working_days, current_school_year, current_term, holidays_between
from programs.core.choices import Closes
from programs.core.dates import long_date, official_date, short_moment
from programs.core.models import Holiday, SchoolYear, Term
from tests.test_architecture import ROOT


def test_decree_30_pads_small_days_and_the_first_two_months():
    assert official_date(date(2026, 2, 5)) == "ngày 05 tháng 02 năm 2026"
    assert official_date(date(2025, 9, 5)) == "ngày 05 tháng 9 năm 2025"
    assert official_date(date(2025, 12, 20)) == "ngày 20 tháng 12 năm 2025"


def test_long_dates_speak_the_readers_language():
    day = date(2026, 11, 23)
    with translation.override("vi"):
        assert long_date(day) == "Thứ Hai, ngày 23 tháng 11 năm 2026"
    with translation.override("en"):
        assert long_date(day) == "Monday, 23 November 2026"


@time_machine.travel(datetime(2026, 11, 23, tzinfo=UTC), tick=False)
def test_a_moment_is_shown_in_the_portals_time_and_with_its_year_if_it_is_another():
    with translation.override("vi"):
        assert short_moment(datetime(2026, 11, 26, 1, 0, tzinfo=UTC)) == "Th 5, 26/11 · 8:00"
        assert short_moment(datetime(2026, 12, 31, 18, 5, tzinfo=UTC)) == "Th 6, 01/01/2027 · 1:05"


@pytest.fixture
def calendar(db):
    year = SchoolYear.objects.create(name="2025-2026", starts_on=date(2025, 8, 20), ends_on=date(2026, 5, 31))
    first = Term.objects.create(school_year=year, number=1, starts_on=date(2025, 9, 5), ends_on=date(2026, 1, 16))
    second = Term.objects.create(school_year=year, number=2, starts_on=date(2026, 1, 19), ends_on=date(2026, 5, 31))
    Holiday.objects.create(name="Tết", starts_on=date(2026, 2, 12), ends_on=date(2026, 2, 22))
    return year, first, second


def test_the_year_and_the_term_of_a_day(calendar):
    year, first, second = calendar
    assert current_school_year(date(2025, 11, 1)) == year
    assert current_school_year(date(2025, 8, 19)) is None
    assert current_term(date(2026, 1, 17)) == first
    assert current_term(date(2026, 1, 19)) == second
    assert current_term(date(2026, 7, 1)) == second


def test_holidays_begin_and_end_with_their_days(calendar):
    off = holidays_between(date(2026, 2, 11), date(2026, 2, 23), of=Closes.SCHOOLS)
    assert [date(2026, 2, day) in off for day in (11, 12, 22, 23)] == [False, True, True, False]


def test_working_days_skip_weekends_and_tet(calendar, django_assert_num_queries):
    friday = date(2025, 11, 21)
    assert add_working_days(friday, 0) == friday
    assert add_working_days(friday, 1) == date(2025, 11, 24)
    with django_assert_num_queries(1):
        assert add_working_days(date(2026, 2, 11), 2) == date(2026, 2, 24)


# --- One way to tell a time, a weight --------------------------------------------------------------
def test_a_time_is_told_in_one_way_by_filters_formats_and_rules():
    moment = datetime(2026, 9, 5, 8, 5, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    for language in ("vi", "en"):
        with translation.override(language):
            shown = Template("{{ m|clock }} {{ m|time }} {{ m|time:'TIME_FORMAT' }}").render(Context({"m": moment}))
            assert set(shown.split()) == {"8:05"}, language
            assert Template("{{ m|full_moment }}").render(Context({"m": moment})) == "8:05, 05/09/2026"
            assert date_format(moment, "DATETIME_FORMAT") == "8:05, 05/09/2026"
    assert moment_text(moment) == "8:05 05/09/2026 (+07:00)"
    assert short_moment(moment).endswith("· 8:05")


def test_no_template_tells_a_time_in_another_way_and_no_weight_sticks_to_its_number():
    """The clock of the portal itself, with seconds, beside a rush is the only other one."""
    files = [path for path in (ROOT / "templates").rglob("*") if path.suffix in {".html", ".txt"}]
    assert [path.name for path in files if re.search(r'"[^"]*H:i(?!:s)', path.read_text(encoding="utf-8"))] == []
    words = [*files, *(ROOT / "locale").rglob("*.po"), *(ROOT / "stem_portal" / "demo" / "content").rglob("*.toml")]
    assert [path.name for path in words if re.search(r"\d(kg|km|cm)\b", path.read_text(encoding="utf-8"))] == []
