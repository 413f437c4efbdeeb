"""Every page has a gate: it is for signed-in people, or public for a reason; and it gets its object
through a query that knows who asks."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.permissions import OBJECT_OF, views
from tests.test_architecture import ROOT, sources
from tests.test_permissions import committed
from tests.view_code import definition_of, functions_of, helpers_of, name_of, pieces_of, reached
from tests.world import ROLES

# Addresses that a stranger may open, and why.
PUBLIC = {
    "health_live": "for the machine that watches",
    "health_ready": "for the machine that watches",
    "robots": "for search engines",
    "sitemap": "for search engines: published pages only",
    "news_feed": "published news",
    "search": "over what is published",
    "school_list": "the official list of schools is public",
    "student_sign_up": "a university student has no account yet",
    "student_join": "the link of a letter to a student who has no account yet, which holds a secret",
    "school_claim": "nobody of the school has an account yet",
    "claim_status": "the claimant's link, which holds a secret",
    "claim_waiting": "the page that the form led to, whose address holds a secret",
    "claim_confirm": "the link of the letter to the claimant, which holds a secret",
    "invitation_accept": "the link of an invitation, which holds a secret",
    "waiting_answer": "the link of a letter to a group that waits, which holds a secret",
    "feed_read": "the address of a calendar feed, which holds a secret",
    "pass_open": "what a QR code opens: it tells a stranger nothing of the group, not even whether it exists",
    "door_worker": "the program of the door, the same for everybody",
    "door_manifest": "the name and the picture of the door's page, the same for everybody",
    "session_detail": "what the centres offer is public",
    "session_search": "what the centres offer is public",
    "ballot_detail": "anybody may repeat a draw",
    "ballot_list_json": "anybody may repeat a draw",
    "ballot_list_csv": "anybody may repeat a draw",
    "ballot_result_csv": "anybody may repeat a draw",
    "ballot_script": "anybody may repeat a draw",
    "competition_list": "competitions are public",
    "competition_detail": "competitions are public",
    "rule_set_detail": "the rules that teams enter under are public",
    "certificate_verify_form": "whoever holds a certificate may check it",
    "certificate_verify": "the code on the certificate is its key",
    "school_activate": "a pupil without an account, with a sign-in card",
    "school_activate_password": "the same, one step further",
    "guardian_code": "a guardian types the code of the letter",
    "guardian_door": "a guardian's link, which holds a secret",
    "guardian_purpose": "a guardian's link, which holds a secret",
    "guardian_data": "a guardian's link, which holds a secret",
    "guardian_data_ask": "a guardian's link, which holds a secret",
    "guardian_data_download": "a guardian's link, which holds a secret",
    "guardian_data_request": "a guardian's link, which holds a secret",
    "guardian_agree": "a guardian's link, which holds a secret",
}
# How a query that knows who asks is called; or one that a secret or a public list answers.
ASKS_WHO = re.compile(
    r"(_visible_to|_in_scope|_to_coordinate|_to_decide|_to_act_for|_to_keep|_run_by|_seen_by|_asked_by|_of_staff"
    r"|session_to_book|_with_token|_for_token|find_by_code|public_schools|public_ballots|roles_of|subject_of)$"
)
# Views whose object is no row of a table.
NO_ROW = {"role_detail": "a role is a word of the code"}
# The library's tables of signing in; accounts' own pages narrow them to the person of the request.
OF_SIGNING_IN = ("Authenticator.", "EmailAddress.", "UserSession.", "SocialAccount.")


def view_files() -> Iterator[Path]:
    for path in [*sources("programs"), *sources("cms"), *sources("stem_portal")]:
        if path.name == "views.py" or path.parent.name == "views":
            yield path


def test_a_stranger_opens_only_what_is_public_for_a_reason():
    """By what the portal answers: any other page leads a stranger to the sign-in, whatever its method."""
    stranger, opened = ROLES.index("anonymous"), set()
    for key, cells in committed().items():
        answers = set(cells[stranger].split("/"))
        if not (answers <= {"login", "405"} and "login" in answers):
            opened.add(key.split()[0])
    assert opened == set(PUBLIC)


def test_views_ask_no_table_themselves():
    """The website's own pages are public: its feed asks for what is published."""
    found = []
    for path in view_files():
        if path.parts[-2] == "cms":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            asks = isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager", "all_objects"}
            if asks and not ast.unparse(node).startswith(OF_SIGNING_IN):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node)}")
    assert found == []


def called_by(node: ast.AST, helpers: dict[str, ast.FunctionDef], seen: set[str]) -> set[str]:
    """The names of everything that a view calls, through the helpers and decorators of its own module."""
    return {name_of(each) for each in reached(node, helpers, seen)} - {""}


def gate_of(node: ast.FunctionDef | ast.ClassDef) -> ast.FunctionDef | None:
    """A function as a whole; of an act ``get_target`` alone."""
    if isinstance(node, ast.FunctionDef):
        return node
    return next((each for each in node.body if getattr(each, "name", "") == "get_target"), None)


def all_called_by(view) -> set[str]:
    for piece in pieces_of(view):
        node, path = definition_of(piece)
        if gate := gate_of(node):
            return called_by(gate, helpers_of(path), {gate.name})
    return set()


@pytest.mark.parametrize("name", sorted(OBJECT_OF))
def test_a_view_gets_its_object_through_a_query_that_knows_who_asks(name):
    if name in NO_ROW:
        return
    assert any(ASKS_WHO.search(each) for each in all_called_by(views()[name])), name


def test_the_guard_itself_sees_a_view_without_a_gate(tmp_path):
    """A guard that cannot fail proves nothing."""
    module = tmp_path / "views.py"
    module.write_text("def show(request, pk):\n    return render(get(Booking.objects, pk))\n", encoding="utf-8")
    functions = functions_of(module)
    assert not any(ASKS_WHO.search(each) for each in called_by(functions["show"], functions, set()))


def test_the_guard_itself_sees_an_act_whose_gate_asks_nobody():
    """The query that knows who asks must stand in the gate; somewhere else in the class it is not enough."""
    [act] = ast.parse(
        "class Show(Act):\n"
        "    def get_target(self, pk):\n        return get_object_or_404(Booking.objects, pk=pk)\n"
        "    def act(self, form):\n        return bookings_visible_to(self.user)\n"
    ).body
    called = called_by(gate_of(act), {}, set())
    assert "get_object_or_404" in called
    assert not any(ASKS_WHO.search(each) for each in called)
