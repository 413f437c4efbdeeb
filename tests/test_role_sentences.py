"""The sentences of the role page against the matrix of what each role really meets: neither may say more than the other.

A sentence about an address outside the matrix (the account, the back offices) is tried with a request.
"""

from __future__ import annotations

import pytest
from django.urls import reverse

from programs.core.permissions import EVERYBODY, Permission, Reach, Role
from stem_portal.administration.queries import permissions
from tests.permissions import OBJECT_OF, views
from tests.test_permissions import committed
from tests.world import ROLES

# What a role reaches of a place that stands in each relation to its own.
RELATIONS_OF = {
    Reach.OWN: {"own"},
    Reach.SCHOOL: {"own"},
    Reach.CENTRE: {"own", "sibling"},
    Reach.WARD: {"own", "sibling"},
    Reach.ALL: {"own", "sibling", "foreign"},
}
# Objects of one person, not of a place: in the matrix they are the teacher's.
OF_THE_TEACHER = {"message_detail", "job_detail"}
# For machines, or the same plain page for every method: no sentence is about them.
UNSAID = {"health_live", "health_ready", "robots", "sitemap", "news_feed", "view_as_end"}
# A guardian has a link and no account: the matrix has no column, tests/schools/test_guardian_pages.py tries the link.
WITHOUT_COLUMN = set(Role.values) - set(ROLES)
REACHED = {"ok", "go", "422"}


def meets(name: str, relation: str, role: str) -> tuple[str, str]:
    """What ``role`` meets on GET and POST."""
    cells = committed().get(f"{name} {relation}") or committed()[f"{name} -"]
    get, post = cells[ROLES.index(role)].split("/")
    return get, post


def has_object(name: str) -> bool:
    return f"{name} own" in committed()


def in_matrix(permission: Permission) -> list[tuple[Role, str]]:
    known = {key.split()[0] for key in committed()}
    return [
        (role, name)
        for role in permission.roles
        for name in permission.urls
        if name in known and role not in WITHOUT_COLUMN and not (name in OF_THE_TEACHER and role != Role.TEACHER)
    ]


def label(permission: Permission) -> str:
    return f"{'does' if permission.does else 'sees'} {permission.urls[0]} {permission.roles[0]}"


@pytest.mark.parametrize("permission", permissions(), ids=label)
def test_whoever_is_said_to_may(permission):
    for role, name in in_matrix(permission):
        get, post = meets(name, "own", role)
        assert (post if permission.does else get) in REACHED, f"{role} {name}: {get}/{post}"


@pytest.mark.parametrize("permission", permissions(), ids=label)
def test_nobody_reaches_further_than_is_said(permission):
    for role, name in in_matrix(permission):
        if not has_object(name):
            continue
        for relation in ("own", "sibling", "foreign"):
            get, post = meets(name, relation, role)
            reached = (post if permission.does else get) in REACHED
            said = relation in RELATIONS_OF[permission.reach_of(role)]
            assert reached == said, f"{role} {name} {relation}: {get}/{post}"


def test_every_page_that_opens_is_in_a_sentence():
    said = {(role, name) for each in permissions() for role in each.roles for name in each.urls}
    silent = {
        f"{role} opens {name}"
        for name in views()
        if name not in UNSAID
        for role in ROLES
        if meets(name, "own", role)[0] in REACHED and (role, name) not in said
    }
    assert silent == set()


def test_every_act_that_a_role_may_do_is_in_a_sentence():
    said = {(role, name) for each in permissions() if each.does for role in each.roles for name in each.urls}
    silent = {
        f"{role} does {name}"
        for name in views()
        if name not in UNSAID
        for role in ROLES
        if meets(name, "own", role)[1] in REACHED and (role, name) not in said
    }
    assert silent == set()


def test_every_name_in_a_sentence_is_an_address():
    for permission in permissions():
        for name in permission.urls:
            assert name in OBJECT_OF or reverse(name), name


def test_a_role_is_said_once_for_everybody_or_one_by_one():
    """A sentence for everybody names its reach: the roles' own would differ."""
    for permission in permissions():
        if permission.roles == EVERYBODY:
            assert permission.reach == Reach.ALL, permission


@pytest.mark.django_db
@pytest.mark.parametrize("permission", [each for each in permissions() if not in_matrix(each)], ids=label)
def test_what_stands_outside_the_matrix_opens_too(permission, client):
    """The account and the back offices; a role without an account of its own is tried elsewhere."""
    from cms.actions import set_up_site
    from tests.world import build_world

    set_up_site()
    world = build_world()
    for role in set(permission.roles) - WITHOUT_COLUMN:
        client.force_login(world.people[role])
        for name in permission.urls:
            response = client.get(reverse(name), follow=True)
            assert response.status_code == 200, (role, name, response.redirect_chain)
            assert all("/accounts/login" not in url for url, _ in response.redirect_chain), (role, name)
