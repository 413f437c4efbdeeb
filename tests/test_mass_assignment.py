"""Every form of ours, sent with more than it asks for, does what it does without (CASES P04).

Each role opens each page on which it may act, fills in the form and sends it twice from the same state of the
database: plain, and with extra fields that name columns. Both must leave the same rows. Then each choice is replaced
by an object of a foreign school: nothing may be left at all.
"""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import models, transaction
from django.urls import reverse

from cms.actions import set_up_site
from tests.forms import Form, forms_of
from tests.permissions import OBJECT_OF, named_addresses, walked_addresses
from tests.test_permissions import committed
from tests.world import ROLES, World, build_world

pytestmark = pytest.mark.django_db
OURS = [model for model in apps.get_models() if model._meta.app_config.name.startswith("programs.")]
# Random on every request, or the current time.
DRAWN = {
    "token_hash", "key_hash", "code_hash", "evidence_hash", "password", "dedupe_key", "reference", "key", "body_hash",
    "verify_code", "body_text", "body_html", "subject", "link", "attachment", "storage_key", "file_path", "unique_key",
    "arguments", "result",
}  # fmt: skip
# Pages that act on the outside world or on the whole table; their own tests send them more than they ask for.
APART = {"view_as_start", "view_as_end"}
# Their choices are the columns of a file, not objects of anybody.
COLUMNS = {"roster_map", "school_list_columns"}
REACHED = {"ok", "go", "422"}


def acts(role: str, addresses: list[tuple[str, bool]] | None = None) -> list[str]:
    """Those of the addresses at which the role may act; the ones for everybody as a stranger and as a teacher."""
    found = []
    for name, takes_object in walked_addresses() if addresses is None else addresses:
        cells = committed().get(f"{name} own" if takes_object else f"{name} -")
        if not cells or name in APART:
            continue
        may = cells[ROLES.index(role)].split("/")[1] in REACHED
        public = cells[ROLES.index("anonymous")].split("/")[1] in REACHED
        if may and (not public or role in {"anonymous", "teacher"}):
            found.append(name)
    return found


def newest() -> dict[type[models.Model], int]:
    return {model: model.objects.aggregate(last=models.Max("pk"))["last"] or 0 for model in OURS}


def snapshot(known: dict[type[models.Model], int]) -> dict[str, list]:
    """Every row of ours without random values; rows added since ``known`` have no number."""
    taken = {}
    for model in OURS:
        columns = [field for field in model._meta.concrete_fields if _kept(field)]
        rows = model.objects.order_by("pk").values_list("pk", *[field.attname for field in columns])
        taken[model._meta.label] = sorted(
            (
                [
                    _plain(field, value, known, is_new=pk > known[model])
                    for field, value in zip(columns, row, strict=True)
                ]
                for pk, *row in rows
            ),
            key=repr,
        )
    return taken


def _kept(field: models.Field) -> bool:
    return not isinstance(field, models.DateTimeField) and field.name not in DRAWN and not field.primary_key


def _plain(field: models.Field, value: object, known: dict, *, is_new: bool) -> object:
    if is_new and field.name == "username":
        return "drawn"
    if field.related_model in known and isinstance(value, int) and value > known[field.related_model]:
        return "new"
    return value


def extras(world: World, form: Form) -> dict[str, str]:
    """Columns that no form asks for, with values an attacker would like to set."""
    own, foreign = world.places["own"], world.places["foreign"]
    boss = world.people["administrator"].pk
    wanted = {
        "school": foreign.school.pk, "school_id": foreign.school.pk, "school_code": foreign.school.code,
        "status": "confirmed", "state": "verified", "is_staff": "1", "is_superuser": "1", "is_active": "1",
        "score": "100", "points": "100", "user": boss, "user_id": boss, "by": boss, "owner": boss, "leader": boss,
        "role": "coordinator", "groups": "1", "pk": foreign.school.pk, "id": foreign.school.pk,
        "pupil": foreign.pupil.pk, "pupil_id": foreign.pupil.pk, "class_group": foreign.class_group.pk,
        "coordinator": own.teacher.pk, "created_by": boss, "verified": "1", "email": "ke.xau@example.vn",
        "username": "ke-xau", "capacity": "9999", "seats_taken": "0", "deadline": "2099-01-01", "giver": "guardian",
    }  # fmt: skip
    asked = {each.name for each in form.fields}
    return {name: str(value) for name, value in wanted.items() if name not in asked}


def sent(client, url: str, data: dict, known: dict) -> tuple[int, dict[str, list]]:
    """The response and the state of the tables after it; then everything is rolled back."""
    cookies = client.cookies.copy()
    cache.clear()
    with transaction.atomic():
        response = client.post(url, data)
        if response.streaming:
            b"".join(response.streaming_content)
        after = snapshot(known)
        transaction.set_rollback(True)
    client.cookies = cookies
    return response.status_code, after


def different(one: dict[str, list], other: dict[str, list]) -> dict[str, tuple]:
    """The rows that are in only one of two snapshots."""
    return {
        label: ([row for row in rows if row not in other[label]], [row for row in other[label] if row not in rows])
        for label, rows in one.items()
        if rows != other[label]
    }


def form_at(client, url: str) -> Form | None:
    """The form of the page that is sent to the page itself."""
    response = client.get(url)
    if response.status_code != 200 or "text/html" not in response["Content-Type"]:
        return None
    forms = [form for form in forms_of(response.content.decode()) if form.action in {"", url}]
    return forms[0] if forms else None


def foreign_choices(world: World) -> set[str]:
    foreign = world.places["foreign"]
    rows = (foreign.school, foreign.class_group, foreign.pupil, foreign.twin, foreign.teacher, foreign.coordinator)
    return {str(row.pk) for row in rows} | {foreign.school.code}


@pytest.fixture
def world(client) -> World:
    set_up_site()
    return build_world()


def address(name: str, world: World) -> str:
    return reverse(name, kwargs=OBJECT_OF[name](world.places["own"]) if name in OBJECT_OF else {})


@pytest.mark.parametrize("role", [role for role in ROLES if role != "anonymous"] + ["anonymous"])
def test_what_no_form_asks_for_changes_nothing(client, world, role):
    if role != "anonymous":
        client.force_login(world.people[role])
    known = newest()
    for name in acts(role):
        url = address(name, world)
        form = form_at(client, url)
        if form is None:
            continue
        plain = form.filled()
        status, without = sent(client, url, plain, known)
        status_with, with_extras = sent(client, url, plain | extras(world, form), known)
        assert different(without, with_extras) == {}, name
        assert status == status_with, name


@pytest.mark.parametrize("role", ["pupil", "teacher", "coordinator", "centre_staff", "ward_officer"])
def test_a_choice_of_somebody_elses_is_refused(client, world, role):
    client.force_login(world.people[role])
    known = newest()
    before = snapshot(known)
    for name in set(acts(role)) - COLUMNS:
        url = address(name, world)
        form = form_at(client, url)
        for field, offered in (form.choices() if form else {}).items():
            for value in foreign_choices(world) - set(offered):
                _status, after = sent(client, url, form.filled() | {field: [value]}, known)
                assert different(before, after) == {}, f"{role} {name}: {field}={value}"


def test_the_walk_is_not_empty(client, world):
    """A guard that cannot fail proves nothing: many of these forms are accepted as they are filled in here."""
    client.force_login(world.people["coordinator"])
    known = newest()
    before, accepted = snapshot(known), []
    for name in acts("coordinator", named_addresses()):
        url = address(name, world)
        form = form_at(client, url)
        if form and sent(client, url, form.filled(), known)[1] != before:
            accepted.append(name)
    assert len(accepted) >= 5, accepted
    assert {"booking_confirm", "booking_cancel", "staff_invite"} <= set(accepted)
