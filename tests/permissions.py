"""The permission matrix: every named address of ours, as every role, on own, sibling, foreign and missing objects.

``python -m tests.permissions`` writes tests/permissions.txt anew; read the difference before you commit it: the
committed table is what was decided, the test only says whether the portal still keeps to it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

TABLE = Path(__file__).with_name("permissions.txt")
# Whole areas with a guard of their own, tested apart: Wagtail's and Django's back offices, allauth, editors' files.
GUARDED_AREAS = ("cms/", "backoffice/", "accounts/", "documents/", "media/", "_util/")
PUBLIC_PAGES = {"wagtail_serve"}  # what an editor published; drafts are tested in tests/cms

Kwargs = Callable[[SimpleNamespace], dict]
MISSING = SimpleNamespace(
    school=SimpleNamespace(code="00000000"), free_school=SimpleNamespace(code="00000001"),
    claim=SimpleNamespace(pk=987654, link_token="987654:no-such-token"), class_group=SimpleNamespace(pk=987654),
    invitation=SimpleNamespace(pk=987654, token="no-such-token"), membership=SimpleNamespace(pk=987654), session=SimpleNamespace(pk=987654),
    past_session=SimpleNamespace(pk=987654), booking=SimpleNamespace(reference="BD-00000"),
    past_booking=SimpleNamespace(reference="BD-00001"), project=SimpleNamespace(reference="DA-00000"),
    file=SimpleNamespace(pk=987654), image=SimpleNamespace(pk=987654), report=SimpleNamespace(pk=987654, term_id=987654),
    certificate=SimpleNamespace(serial="GCN-0000-000000", verify_code="ZZZZZZZZZZZZZZZZZZZZZZZZZZ"),
    message=SimpleNamespace(pk=987654), job=SimpleNamespace(pk=987654), competition=SimpleNamespace(slug="khong-co"),
)  # fmt: skip


def _pk(kind: str) -> Kwargs:
    return lambda place: {"pk": getattr(place, kind).pk}


def _reference(kind: str) -> Kwargs:
    return lambda place: {"reference": getattr(place, kind).reference}


# How the object of an address is named. An address with parameters that is not here fails the test.
OBJECT_OF: dict[str, Kwargs] = {
    "school_claim": lambda place: {"code": place.free_school.code},
    "claim_status": lambda place: {"token": place.claim.link_token},
    "claim_detail": _pk("claim"),
    "claim_verify": _pk("claim"),
    "claim_return": _pk("claim"),
    "claim_refuse": _pk("claim"),
    "school_detail": lambda place: {"code": place.school.code},
    "staff_invite": lambda place: {"code": place.school.code},
    "invitation_withdraw": _pk("invitation"),
    "invitation_accept": lambda place: {"token": place.invitation.token},
    "membership_end": _pk("membership"),
    "class_detail": _pk("class_group"),
    "session_detail": _pk("session"),
    "session_book": _pk("session"),
    "session_close": _pk("past_session"),
    "booking_detail": _reference("booking"),
    "booking_cancel": _reference("booking"),
    "booking_confirm": _reference("booking"),
    "booking_roster": _reference("booking"),
    "booking_calendar": _reference("booking"),
    "booking_check_in": _reference("booking"),
    "competition_detail": lambda place: {"slug": place.competition.slug},
    "project_new": lambda place: {"slug": place.competition.slug},
    "project_detail": _reference("project"),
    "project_edit": _reference("project"),
    "project_submit": _reference("project"),
    "project_withdraw": _reference("project"),
    "project_endorse": _reference("project"),
    "project_return": _reference("project"),
    "project_attach": lambda place: {"reference": place.project.reference, "kind": "image"},
    "project_file": _pk("file"),
    "project_image": _pk("image"),
    "certificate_issue": _reference("past_booking"),
    "certificates_pdf": _reference("past_booking"),
    "certificate_pdf": lambda place: {"serial": place.certificate.serial},
    "certificate_revoke": lambda place: {"serial": place.certificate.serial},
    "certificate_verify": lambda place: {"code": place.certificate.verify_code},
    "report_detail": _pk("report"),
    "report_freeze": lambda place: {"pk": place.report.term_id},  # the term: its first report is made by freezing
    "report_rows": _pk("report"),
    "report_xlsx": _pk("report"),
    "message_detail": _pk("message"),
    "job_detail": _pk("job"),
}


def named_addresses() -> list[tuple[str, bool]]:
    """(name, takes parameters) of every named address outside the guarded areas, once each."""
    from django.urls import URLPattern, URLResolver, get_resolver

    found: dict[str, bool] = {}

    def walk(patterns, prefix: str) -> None:
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, route)
            elif isinstance(pattern, URLPattern) and pattern.name:
                plain = route.removeprefix("en/").removeprefix("vi/").lstrip("^/")
                if not plain.startswith(GUARDED_AREAS) and pattern.name not in PUBLIC_PAGES:
                    found[pattern.name] = found.get(pattern.name, False) or bool(pattern.pattern.regex.groups)

    walk(get_resolver().url_patterns, "")
    return sorted(found.items())


def word(response) -> str:
    """What a response means: ok, login, go (elsewhere), or the number."""
    if response.status_code == 200:
        return "ok"
    if response.status_code in {301, 302, 303}:
        return "login" if "/accounts/" in response["Location"] else "go"
    return str(response.status_code)


def rows(addresses: list[tuple[str, bool]]) -> Iterator[tuple[str, str]]:
    """(address and relation, what each role meets on GET/POST). The caller holds a test database."""
    from django.core.cache import cache
    from django.db import transaction
    from django.test import Client
    from django.urls import reverse

    from cms.actions import set_up_site
    from tests.world import RELATIONS, ROLES, build_world

    set_up_site()
    world = build_world()
    for place in (*world.places.values(), MISSING):
        place.competition = world.competition if place is not MISSING else MISSING.competition
    clients = {}
    for role in ROLES:
        clients[role] = client = Client(raise_request_exception=False)
        if role != "anonymous":
            client.force_login(world.people[role])
    for name, takes_object in addresses:
        for relation in RELATIONS if takes_object else ["-"]:
            place = MISSING if relation == "missing" else world.places.get(relation)
            if takes_object and name not in OBJECT_OF:
                yield f"{name} {relation}", "this address has no object in tests/permissions.py"
                continue
            url = reverse(name, kwargs=OBJECT_OF[name](place) if takes_object else {})
            cells = []
            for role in ROLES:
                cache.clear()
                cells.append("/".join(_ask(clients[role], method, url, transaction) for method in ("get", "post")))
            yield f"{name} {relation}", " ".join(cells)


def _ask(client, method: str, url: str, transaction) -> str:
    """The answer, with everything that the request changed undone (session included)."""
    cookies = client.cookies.copy()
    with transaction.atomic():
        response = getattr(client, method)(url)
        if response.streaming:
            list(response.streaming_content)  # the file behind it closes when it was read
        answer = word(response)
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer


def as_table(lines: list[tuple[str, str]]) -> str:
    from tests.world import ROLES

    width = max(len(key) for key, _ in lines)
    cells = [line.split(" ") for _, line in lines]
    columns = [max(map(len, column)) for column in zip(ROLES, *cells, strict=True)]

    def line(key: str, row: list[str]) -> str:
        return f"{key:<{width}}  " + "  ".join(f"{cell:<{w}}" for cell, w in zip(row, columns, strict=True)).rstrip()

    return (
        "\n".join([line("# GET/POST", ROLES), *(line(key, row) for (key, _), row in zip(lines, cells, strict=True))])
        + "\n"
    )


if __name__ == "__main__":
    os.environ["WRITE_PERMISSIONS"] = "1"
    import pytest

    sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "tests/test_permissions.py::test_write_the_table"]))
