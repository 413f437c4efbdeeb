"""The sentences of the role page against the matrix of what each role really meets: neither may say more than the other.

A sentence about an address outside the matrix (the account, the back offices) is tried with a request.
"""

from __future__ import annotations

import pytest
from django.urls import reverse

from programs.core.permissions import EVERYBODY, Permission, Reach, Role
from stem_portal.administration.queries import permissions
from tests.permissions import BY_TOKEN, OBJECT_OF, views
from tests.test_permissions import committed
from tests.world import ROLES

# What a role can reach in a place with each relation to its own.
RELATIONS_OF = {
    Reach.OWN: {"own"},
    Reach.SCHOOL: {"own"},
    Reach.CENTRE: {"own", "sibling"},
    Reach.WARD: {"own", "sibling"},
    Reach.ALL: {"own", "sibling", "foreign"},
}
# Objects of one person, not of a place: in the matrix they are the teacher's.
OF_THE_TEACHER = {"message_detail", "job_detail", "upload_detail", "upload_drop"}
# The object is a word of the code, the same for everybody.
NO_PLACE = {"my_consent"}
# For machines, or the same plain page for every method: no sentence is about them.
UNSAID = {"health_live", "health_ready", "robots", "sitemap", "news_feed", "view_as_end"}
# What they send is a search, so that no name stands in an address (core/finding.py): it finds and changes nothing.
ONLY_SEARCHED = {"certificate_list", "claim_queue", "role_detail", "role_list"}
# A guardian has a link and no account: in the matrix everybody is tried with the link, strangers first.
WITHOUT_COLUMN = set(Role.values) - set(ROLES) - {Role.GUARDIAN}
REACHED = {"ok", "go", "422"}
OF_GUARDIANS = {name for each in permissions() if each.roles == (Role.GUARDIAN,) for name in each.urls}


def meets(name: str, relation: str, role: str) -> tuple[str, str]:
    """What ``role`` meets on GET and POST."""
    cells = committed().get(f"{name} {relation}") or committed()[f"{name} -"]
    get, post = cells[ROLES.index("anonymous" if role == Role.GUARDIAN else role)].split("/")
    return get, post


def reaches(name: str, relation: str, role: str, *, does: bool) -> bool:
    """Whether the role reaches the address at all; ``does`` counts an act as well as the page before it."""
    get, post = meets(name, relation, role)
    return get in REACHED or (does and post in REACHED)


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
def test_everyone_has_the_access_that_is_stated(permission):
    acts = set()
    for role, name in in_matrix(permission):
        assert reaches(name, "own", role, does=permission.does), f"{role} {name}: {meets(name, 'own', role)}"
        if meets(name, "own", role)[1] in REACHED:
            acts.add(role)
    if permission.does and in_matrix(permission):
        assert acts == {role for role, _ in in_matrix(permission)}, "a sentence of an act that not everybody may do"


@pytest.mark.parametrize("permission", permissions(), ids=label)
def test_nobody_has_more_access_than_stated(permission):
    for role, name in in_matrix(permission):
        if not has_object(name) or name in BY_TOKEN | NO_PLACE:
            continue
        for relation in ("own", "sibling", "foreign"):
            said = relation in RELATIONS_OF[permission.reach_of(role)]
            reached = reaches(name, relation, role, does=permission.does)
            assert reached == said, f"{role} {name} {relation}: {meets(name, relation, role)}"


def test_every_page_that_opens_is_in_a_sentence():
    said = {(role, name) for each in permissions() for role in each.roles for name in each.urls}
    silent = {
        f"{role} opens {name}"
        for name in set(views()) - UNSAID - OF_GUARDIANS
        for role in ROLES
        if meets(name, "own", role)[0] in REACHED and (role, name) not in said
    }
    assert silent == set()


def test_every_act_that_a_role_may_do_is_in_a_sentence():
    said = {(role, name) for each in permissions() if each.does for role in each.roles for name in each.urls}
    silent = {
        f"{role} does {name}"
        for name in set(views()) - UNSAID - OF_GUARDIANS - ONLY_SEARCHED
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
def test_addresses_outside_the_matrix_open_too(permission, client):
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
