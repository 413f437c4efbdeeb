"""A09: people who need a second factor set it up before any page opens; each code works once."""

from __future__ import annotations

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from cms.actions import set_up_site
from programs.accounts.models import User
from programs.accounts.queries import second_factor_missing, second_factor_needed
from programs.accounts.totp import code_at, step_of
from programs.centres.choices import CentreRole
from programs.centres.models import CentreStaff
from programs.schools.choices import SchoolRole
from tests import people
from tests.centres.make import make_centre
from tests.people import PASSWORD, TOTP_SECRET, make_user
from tests.permissions import OBJECT_OF, named_addresses
from tests.world import build_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def mai():
    """A ward officer on the first day."""
    return people.make_ward_officer(second_factor=False)


def sign_in(client: Client, person: User, **headers):
    return client.post(reverse("account_login"), {"login": person.username, "password": PASSWORD}, **headers)


def current_code(secret: str = TOTP_SECRET, *, later: int = 0) -> str:
    return code_at(secret, int(time.time()) // 30 + later)


# --- Who -----------------------------------------------------------------------------------------
def _manager() -> User:
    user = make_user("Võ Thành Trung")
    CentreStaff.objects.create(centre=make_centre(), user=user, role=CentreRole.MANAGER)
    return user


def _in_group(name: str) -> User:
    set_up_site()
    user = make_user("Dương Minh Khôi")
    user.groups.add(Group.objects.get(name=name))
    return user


NEEDED = {
    "ward officer": lambda: people.make_ward_officer(second_factor=False),
    "department officer": lambda: people.make_officer(second_factor=False),
    "steering committee": lambda: people.make_officer(role="steering", second_factor=False),
    "coordinator": lambda: people.make_coordinator(second_factor=False),
    "deputy": lambda: people.make_staff("Hồ Thị Ngân", SchoolRole.DEPUTY, second_factor=False),
    "centre manager": _manager,
    "publisher": lambda: _in_group("Moderators"),
    "staff": lambda: make_user("Hồ Anh Quân", is_staff=True),
    "administrator": lambda: people.make_administrator(second_factor=False),
}
NOT_NEEDED = {
    "teacher": lambda: people.make_teacher(),
    "principal": lambda: people.make_principal(),
    "pupil": lambda: people.make_pupil(with_account=True).user,
    "centre staff": lambda: make_user("Lý Thu Trâm"),
    "editor": lambda: _in_group("Editors"),
}


@pytest.mark.parametrize("role", NEEDED)
def test_these_need_one_and_meet_the_enrolment_on_every_page(client, role):
    person = NEEDED[role]()
    assert second_factor_needed(person) and second_factor_missing(person)
    client.force_login(person)
    for url in (reverse("desk"), "/", "/en/desk/", "/cms/", "/backoffice/"):
        answer = client.get(url)
        assert answer.status_code == 302 and answer.url.startswith(
            ("/accounts/second-factor/", "/en/accounts/second-factor/")
        )
        assert answer.content == b""
    people.enrol_second_factor(person)
    assert not second_factor_missing(person)
    assert client.get(reverse("desk")).status_code == 200


@pytest.mark.parametrize("role", NOT_NEEDED)
def test_these_need_none(client, role):
    person = NOT_NEEDED[role]()
    assert not second_factor_needed(person)
    client.force_login(person)
    assert client.get(reverse("desk")).status_code == 200


def test_it_costs_no_extra_query(client, django_assert_num_queries):
    """The person of the request is read once, whether a factor is needed, missing or there."""
    for person in (people.make_teacher(), people.make_officer()):
        client.force_login(person)
        client.get(reverse("usersessions_list"))
    with django_assert_num_queries(2):  # the session, the person
        client.get(reverse("second_factor"))


# --- A09: no data --------------------------------------------------------------------------------
def test_no_page_opens_before_the_enrolment(client, mai):
    """Every named address, read and written: pages, files, exports, parts of pages."""
    set_up_site()
    world = build_world()
    place = world.places["own"]
    officer = world.people["ward_officer"]
    Authenticator.objects.filter(user=officer).delete()
    client.force_login(officer)
    for name, takes_object in named_addresses():
        if name.startswith("health") or (takes_object and name not in OBJECT_OF):
            continue
        url = reverse(name, kwargs=OBJECT_OF[name](place) if takes_object else {})
        for method in ("get", "post"):
            answer = getattr(client, method)(url)
            assert answer.status_code == 302 and "/accounts/second-factor/" in answer.url, (name, method)
            assert answer.content == b""


def test_a_new_coordinator_meets_it_on_the_next_page(client):
    teacher = people.make_teacher()
    client.force_login(teacher)
    assert client.get(reverse("desk")).status_code == 200
    membership = teacher.memberships.get()
    membership.role = SchoolRole.COORDINATOR
    membership.save()
    assert "/accounts/second-factor/" in client.get(reverse("desk")).url


def test_losing_the_last_factor_requires_a_new_enrolment(client, mai):
    people.enrol_second_factor(mai)
    client.force_login(mai)
    assert client.get(reverse("desk")).status_code == 200
    Authenticator.objects.filter(user=mai).exclude(type="recovery_codes").delete()
    assert "/accounts/second-factor/" in client.get(reverse("desk")).url


# --- The enrolment -------------------------------------------------------------------------------
def test_an_officer_enrols_an_app_keeps_the_codes_and_arrives_where_she_wanted(client, mai):
    wanted = reverse("claim_queue")
    sign_in(client, mai)
    answer = client.get(wanted, follow=True)
    assert answer.redirect_chain == [(f"/accounts/second-factor/?next={wanted.replace('/', '%2F')}", 302)]
    assert reverse("mfa_activate_totp") in answer.content.decode()

    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    assert page.context["form"].typed_secret.replace(" ", "") == secret
    answer = client.post(reverse("mfa_activate_totp"), {"code": "000 000"})
    assert answer.status_code == 200 and answer.context["form"].errors
    answer = client.post(reverse("mfa_activate_totp"), {"code": current_code(secret)})
    assert answer.url == reverse("mfa_view_recovery_codes")
    assert "/accounts/second-factor/" in client.get(wanted).url, "the codes are not kept yet"

    page = client.get(answer.url)
    codes = page.context["unused_codes"]
    assert len(codes) == 10 and all(code in page.content.decode() for code in codes)
    assert codes[0] in client.get(reverse("mfa_download_recovery_codes")).content.decode()
    assert client.post(reverse("recovery_codes_kept")).url == wanted
    assert client.get(wanted).status_code == 200


def test_the_first_factor_ends_sessions_that_began_with_a_password_alone(client, mai):
    elsewhere = Client()
    sign_in(elsewhere, mai)
    sign_in(client, mai)
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": current_code(secret)})
    assert "/accounts/login/" in elsewhere.get(reverse("desk")).url
    assert client.get(reverse("mfa_view_recovery_codes")).status_code == 200


def test_the_secret_is_not_readable_in_the_database(mai):
    people.enrol_second_factor(mai)
    assert TOTP_SECRET not in str(list(Authenticator.objects.values_list("data", flat=True)))


def test_a_changed_key_of_the_portal_reads_old_factors_only_with_the_old_one_beside_it(client, mai, settings):
    people.enrol_second_factor(mai)
    old, settings.SECRET_KEY = settings.SECRET_KEY, "k" * 60
    sign_in(client, mai)
    assert client.post(reverse("mfa_authenticate"), {"code": current_code()}).status_code == 200
    settings.SECRET_KEY_FALLBACKS = [old]
    client.post(reverse("mfa_authenticate"), {"code": current_code()})
    assert "_auth_user_id" in client.session


def test_the_last_factor_cannot_be_removed_but_moves_to_another_phone(client, mai):
    people.enrol_second_factor(mai)
    sign_in(client, mai)
    client.post(reverse("mfa_authenticate"), {"code": current_code()})
    answer = client.post(reverse("mfa_deactivate_totp"))
    assert answer.status_code == 200 and Authenticator.objects.filter(user=mai, type="totp").exists()

    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": current_code(secret)})
    app = Authenticator.objects.get(user=mai, type="totp")
    assert step_of(secret, current_code(secret)) is not None
    assert app.wrap().validate_code(current_code(secret, later=1))
    assert not app.wrap().validate_code(current_code())


# --- Guessing and using a code twice -------------------------------------------------------------
@pytest.fixture
def enrolled(mai):
    return people.enrol_second_factor(mai)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_code_opens_the_door_once_however_it_is_typed(client, enrolled):
    code = current_code()
    sign_in(client, enrolled)
    client.post(reverse("mfa_authenticate"), {"code": f"{code[:3]} {code[3:]}"})
    assert is_in(client)
    for typed in (code, current_code(later=-1)):
        thief = Client()
        sign_in(thief, enrolled)
        answer = thief.post(reverse("mfa_authenticate"), {"code": typed})
        assert answer.status_code == 200 and not is_in(thief)


def test_a_recovery_code_opens_the_door_once(client, enrolled):
    code = Authenticator.objects.get(user=enrolled, type="recovery_codes").wrap().get_unused_codes()[0]
    sign_in(client, enrolled)
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert is_in(client)
    thief = Client()
    sign_in(thief, enrolled)
    thief.post(reverse("mfa_authenticate"), {"code": code})
    assert not is_in(thief)


def test_guessing_codes_is_slowed_by_account_and_address_together(enrolled):
    thief, owner = Client(REMOTE_ADDR="198.51.100.9"), Client(REMOTE_ADDR="203.113.0.7")
    sign_in(thief, enrolled)
    for number in range(10):
        thief.post(reverse("mfa_authenticate"), {"code": f"00000{number}"})
    thief.post(reverse("mfa_authenticate"), {"code": current_code()})
    assert not is_in(thief), "the right code no longer helps the guesser"
    sign_in(owner, enrolled)
    owner.post(reverse("mfa_authenticate"), {"code": current_code()})
    assert is_in(owner)


def test_many_addresses_do_not_add_up(enrolled):
    for number in range(4):
        thief = Client(REMOTE_ADDR=f"198.51.100.{number}")
        sign_in(thief, enrolled)
        for guess in range(9):
            thief.post(reverse("mfa_authenticate"), {"code": f"00000{guess}"})
    fresh = Client(REMOTE_ADDR="192.0.2.1")
    sign_in(fresh, enrolled)
    fresh.post(reverse("mfa_authenticate"), {"code": current_code()})
    assert not is_in(fresh)


# --- The demonstration ---------------------------------------------------------------------------
def test_the_code_is_shown_only_for_the_demonstrations_own_secret(client, enrolled, settings):
    sign_in(client, enrolled)
    assert "data-demo-code" not in client.get(reverse("mfa_authenticate")).content.decode()
    Authenticator.objects.all().delete()
    people.enrol_second_factor(enrolled, secret=settings.DEMO_TOTP_SECRET)
    page = client.get(reverse("mfa_authenticate")).content.decode()
    assert re.search(rf"<strong data-demo-code>(<span[^>]*>)?{current_code(settings.DEMO_TOTP_SECRET)}<", page)
    settings.IN_PRODUCTION = True
    assert "data-demo-code" not in client.get(reverse("mfa_authenticate")).content.decode()
