"""How the tests are run: what `make quick` takes for changed, what it walks over, and when the migrations run again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.changed import ROOT, changed_wings, folders_of, wing_of
from tests.database import _sources
from tests.mutate import deciding_files
from tests.permissions import named_addresses, walked_addresses


@pytest.mark.parametrize(
    ("path", "wing"),
    [
        ("programs/reviews/views.py", "reviews"),
        ("templates/reviews/list.html", "reviews"),
        ("locale/reviews/vi/LC_MESSAGES/django.po", "reviews"),
        ("tests/reviews/make.py", "reviews"),
        ("cms/pages/home.py", "cms"),
        ("stem_portal/views.py", "frame"),
        ("programs/urls.py", None),
        ("tests/people.py", None),
        ("templates/500.html", None),
        ("docs/operations.md", None),
    ],
)
def test_a_file_belongs_to_its_wing(path, wing):
    assert wing_of(path) == wing


def test_the_journeys_are_no_wing_and_only_wings_with_tests_have_a_folder():
    assert changed_wings(["tests/journeys/walker.py", "programs/bookings/rules/booking.py"]) == {"bookings"}
    assert folders_of(["bookings", "components"]) == [Path("tests/bookings")]


def test_only_the_addresses_of_what_changed_are_walked(monkeypatch):
    assert walked_addresses() == named_addresses()
    monkeypatch.setenv("WALK_WINGS", "activities")
    assert {name.split("_")[0] for name, _parameters in walked_addresses()} == {"activity", "own"}
    monkeypatch.setenv("WALK_WINGS", "none")
    assert walked_addresses() == []


def test_the_migrations_run_again_when_one_or_what_it_imports_changed():
    sources = {str(path.relative_to(ROOT)) for path in _sources()}
    assert {"requirements.txt", "programs/core/migrations/0001_initial.py", "programs/core/append_only.py"} <= sources


def test_what_decides_is_found_in_every_wing():
    found = [path for wing in (ROOT / "programs").iterdir() if wing.is_dir() for path in deciding_files(wing)]
    assert {path.stem for path in found} >= {"rules", "guard"}
    assert all("rules" in path.parts or path.stem in {"rules", "policy", "guard"} for path in found)
