"""The figures of the benchmarks: their form, never their size."""

from __future__ import annotations

import json

import pytest

from benchmarks.client import hidden_inputs, read_answer
from benchmarks.harness import Tally, figures_of, json_line, percentile
from benchmarks.roster import has_grown
from benchmarks.roster_inside import TITLES, pupil, write_list
from programs.rosters.reading.columns import VOCABULARY
from programs.spreadsheets import read_rows, suggest_header


def test_a_line_has_the_known_keys_in_their_order_and_only_those_that_apply():
    line = json_line(sold=2, case="200 contenders for 2 places", bench="booking", capacity=2, queries=None, errors=0)
    assert list(json.loads(line)) == ["bench", "case", "errors", "sold", "capacity"]
    assert "\n" not in line


def test_a_figure_with_an_unknown_name_is_refused():
    with pytest.raises(ValueError, match="speed"):
        json_line(bench="pages", speed=1)


def test_percentiles_are_values_that_were_measured():
    assert percentile([30.0, 10.0, 20.0, 40.0], 0.5) == 20.0
    assert percentile([30.0, 10.0, 20.0, 40.0], 0.95) == 40.0
    assert percentile([7.0], 0.99) == 7.0


def test_errors_of_the_floor_count_too():
    case, floor = Tally(), Tally()
    case.add({"seconds": 2.0, "client_share": 0.1, "answers": [["accepted", 302, 0.5], ["error", 500, 1.5]]})
    floor.add({"seconds": 1.0, "client_share": 0.1, "answers": [["accepted", 302, 0.5], ["error", 0, 0.5]]})
    figures = figures_of(case, floor)
    assert (figures["rate"], figures["floor_rate"], figures["ratio"], figures["errors"]) == (1.0, 2.0, 0.5, 2)


def test_the_client_reads_a_form_as_a_browser_does():
    page = (
        '<form><input type="hidden" name="csrfmiddlewaretoken" value="a"></form>'
        '<form><input type="hidden" name="csrfmiddlewaretoken" value="b">'
        '<input type="hidden" name="idempotency_key" value="k&amp;1"><input name="pupils" value="3"></form>'
    )
    assert hidden_inputs(page, "idempotency_key") == {"csrfmiddlewaretoken": "b", "idempotency_key": "k&1"}
    assert hidden_inputs(page, "absent") == {}


def test_the_client_reads_an_answer():
    raw = b"HTTP/1.1 302 Found\r\nLocation: /desk/\r\nSet-Cookie: a=1; Path=/\r\nSet-Cookie: b=2; Path=/\r\n\r\n"
    answer = read_answer(raw)
    assert (answer.status, answer.location, answer.cookies, answer.body) == (302, "/desk/", {"a": "1", "b": "2"}, "")


def test_memory_that_grows_with_the_list_is_seen():
    def line(size: int, step: str, peak: float) -> dict:
        return {"case": f"{size} rows, {step}", "peak_mb": peak}

    steady = [line(2000, "read", 150), line(2000, "import", 170), line(60000, "read", 152), line(60000, "import", 175)]
    assert not has_grown(steady)
    assert has_grown([*steady, line(80000, "read", 400)])


def test_the_list_that_is_measured_is_one_that_schools_have(tmp_path):
    write_list(tmp_path / "list.xlsx", 3)
    with read_rows(tmp_path / "list.xlsx", file_name="list.xlsx") as rows:
        titles, *pupils = [[cell.text for cell in row.cells] for row in rows]
    assert titles == TITLES
    assert [len(pupil) for pupil in pupils] == [len(TITLES)] * 3
    assert suggest_header(list(read_rows(tmp_path / "list.xlsx", file_name="x")), VOCABULARY).sensitive_titles == [
        "Địa chỉ"
    ]
    whole = [pupil(number, 60_000) for number in range(1, 60_001)]
    assert len({(row[2], row[3]) for row in whole}) == 60_000  # else the preview would ask about them
