"""Who meets what at every named address (CASES P01): the committed table is the decision, the portal must keep to it."""

from __future__ import annotations

import os

import pytest
from django.urls import reverse

from tests.permissions import (
    BY_TOKEN,
    NO_PLACE_ASKED,
    OBJECT_OF,
    QUESTIONS,
    READABLE,
    TABLE,
    as_readable_table,
    as_table,
    named_addresses,
    new_seen,
    rows,
    views,
    walked_addresses,
)
from tests.view_code import source_of
from tests.world import RELATIONS, kinds

pytestmark = pytest.mark.django_db
PARTS = 6  # so that several processes share the walk


def committed() -> dict[str, list[str]]:
    lines = TABLE.read_text(encoding="utf-8").splitlines()[1:]
    return {" ".join(parts[:2]): parts[2:] for parts in (line.split() for line in lines)}


def test_every_address_has_its_rows():
    names = {key.split()[0] for key in committed()}
    assert {name for name, _ in named_addresses()} == names
    assert {name for name, takes_object in named_addresses() if takes_object} <= set(OBJECT_OF)


@pytest.mark.parametrize("part", range(PARTS))
def test_the_portal_keeps_to_the_table(part):
    """What each role meets (P01), and what it can read in all these answers, files included (P07)."""
    decided, seen = committed(), new_seen()
    found = {key: cells.split(" ") for key, cells in rows(walked_addresses()[part::PARTS], seen=seen)}
    assert {key: cells for key, cells in found.items() if decided.get(key) != cells} == {}
    allowed = committed_reading()
    leaks = {
        f"{role} reads the {kind} of the {place} place": sorted(names)
        for (kind, place), by_role in seen.items()
        for role, names in by_role.items()
        if names and role not in allowed[kind, place]
    }
    assert leaks == {}


def committed_reading() -> dict[tuple[str, str], set[str]]:
    """Which roles read what of which place, as decided in tests/readable.txt."""
    head, *lines = READABLE.read_text(encoding="utf-8").splitlines()
    roles = head.removeprefix("# read").split()
    table = {}
    for line in lines:
        kind, place, *cells = line.split()
        table[kind, place] = {role for role, cell in zip(roles, cells, strict=True) if cell == "x"}
    return table


def test_a_view_that_reads_its_query_string_is_asked_about_other_places():
    silent = []
    for name, view in views().items():
        asks = "request.GET" in source_of(view)
        if asks and name not in QUESTIONS and name not in NO_PLACE_ASKED:
            silent.append(name)
    assert silent == []


@pytest.mark.skipif(not os.environ.get("WRITE_PERMISSIONS"), reason="only `python -m tests.permissions` writes")
def test_write_the_tables():
    wanted, addresses, seen = os.environ["WRITE_PERMISSIONS"].split(), named_addresses(), new_seen()
    walked = addresses if wanted == ["all"] else [address for address in addresses if address[0] in wanted]
    found = dict(rows(walked, seen=seen))
    if wanted != ["all"]:  # the other rows stay as they were decided
        found |= {key: " ".join(cells) for key, cells in committed().items() if key not in found}
        for place, roles in committed_reading().items():
            for role in roles:
                seen[place][role].add("read before")
    order = [f"{name} {relation}" for name, _ in addresses for relation in ("-", *RELATIONS)]
    lines = [(key, found[key]) for key in order if key in found]
    TABLE.write_text(as_table(lines), encoding="utf-8")
    READABLE.write_text(as_readable_table(seen, kinds()), encoding="utf-8")


def test_nobody_meets_an_error():
    for key, cells in committed().items():
        assert not any("500" in cell for cell in cells), key


def test_a_foreign_object_looks_like_a_missing_one():
    """Outside one's gate an object answers exactly as one that does not exist."""
    from tests.world import ROLES

    decided = committed()
    private = {key.split()[0] for key in decided if key.endswith(" foreign")} - PUBLIC_OBJECTS
    teacher = ROLES.index("teacher")
    for name in private:
        assert decided[f"{name} foreign"][teacher] == decided[f"{name} missing"][teacher], name


# Objects that anyone may see, whoever owns them; what a secret opens; and words of the code.
PUBLIC_OBJECTS = BY_TOKEN | {
    "ballot_detail",
    "ballot_list_csv",
    "ballot_list_json",
    "ballot_result_csv",
    "session_detail",
    "session_book",
    "session_enter",
    "school_claim",
    "school_activate",
    "school_activate_password",
    "competition_detail",
    "project_new",
    "competition_manage",
    "safety_committee",
    "entry_board",
    "entry_similar",
    "entry_export",
    "entry_unfinished",
    "competition_edit",
    "competition_dates",
    "competition_open",
    "competition_close",
    "rule_set_detail",
    "rule_set_copy",
    "report_detail",
    "report_differences",
    "report_freeze",
    "my_consent",
}


def wagtail_addresses() -> list[str]:
    """The doors of Wagtail's admin that need no object."""
    names = ["wagtailadmin_home", "wagtailadmin_explore_root", "wagtailadmin_account", "wagtailimages:index",
             "wagtaildocs:index", "wagtailusers_users:index", "wagtailusers_groups:index", "wagtailsites:index",
             "wagtailadmin_reports:site_history", "wagtailadmin_workflows:index"]  # fmt: skip
    return [reverse(name) for name in names]


def test_the_back_offices_are_closed_to_everybody_else(client):
    from cms.actions import set_up_site
    from tests.world import build_world

    set_up_site()
    world = build_world()
    for role, person in {"anonymous": None, **world.people}.items():
        if role in {"editor", "administrator"}:
            continue
        client.logout()
        if person:
            client.force_login(person)
        for url in [*wagtail_addresses(), "/backoffice/", "/backoffice/accounts/user/"]:
            response = client.get(url)
            assert response.status_code in {302, 403, 404}, (role, url)


def test_an_editor_reaches_no_people_and_no_settings(client):
    from cms.actions import set_up_site
    from tests.world import build_world

    set_up_site()
    world = build_world()
    client.force_login(world.people["editor"])
    assert client.get(reverse("wagtailadmin_home")).status_code == 200
    for name in ("wagtailusers_users:index", "wagtailusers_groups:index", "wagtailsites:index"):
        assert client.get(reverse(name)).status_code in {302, 403}, name
    assert client.get("/backoffice/").status_code in {302, 403}
