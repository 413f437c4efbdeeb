"""One spelling of a user name, and one answer to whose an address is."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from programs.accounts.actions import create_person
from programs.accounts.models import User
from programs.accounts.queries import person_called, person_with_email
from programs.core.refusals import Refused
from programs.schools.actions import staff
from programs.schools.models import Membership
from tests import people
from tests.people import PASSWORD, make_user

pytestmark = pytest.mark.django_db
AT_HOME = "lam.nha@example.vn"


# --- User names ---------------------------------------------------------------------------------
@pytest.mark.parametrize("typed", ["HANH", "Hạnh", "ＨＡＮＨ", "ha\u0323nh", " hanh "])
def test_a_name_that_differs_by_spelling_only_is_taken(typed):
    make_user("Trần Thị Hạnh", username="hanh", email=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        User(username=typed, full_name="Nguyễn Hạnh").save()
    form_says = User(username=typed, full_name="Nguyễn Hạnh", password="!")
    with pytest.raises(Exception, match="username"):
        form_says.full_clean()


def test_the_database_refuses_what_comes_past_the_model():
    hanh = make_user("Trần Thị Hạnh", username="hanh", email=None)
    for wrong in ("HANH2", "hanh@truong.example.vn"):
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.filter(pk=hanh.pk).update(username=wrong)


def test_everybody_signs_in_with_the_name_however_it_is_typed(client):
    hanh = User.objects.create_user("Hạnh", PASSWORD, full_name="Trần Thị Hạnh")
    assert (hanh.username, person_called("HẠNH")) == ("hanh", hanh)
    client.post(reverse("account_login"), {"login": "Hạnh", "password": PASSWORD})
    assert client.get(reverse("desk")).status_code == 200


# --- Addresses ----------------------------------------------------------------------------------
@pytest.fixture
def lam() -> User:
    """Thầy Lâm, with a second address that he has confirmed."""
    user = people.make_outsider()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    EmailAddress.objects.create(user=user, email=AT_HOME, verified=True)
    return user


def invited(outbox_sent, *, email: str, name: str = "Đỗ Văn Lâm") -> str:
    coordinator = people.make_coordinator()
    school = coordinator.memberships.get().school
    staff.invite_staff(school=school, full_name=name, email=email, role="teacher", by=coordinator, key="k")
    return re.search(r"http://\S+?(/invitations/\S+)", outbox_sent()[-1].body).group(1)


def test_an_address_is_somebodys_if_it_is_confirmed_or_the_account_was_opened_for_it(lam):
    assert person_with_email(AT_HOME.upper()) == person_with_email(f" {lam.email}") == lam
    minh = people.make_pupil(with_account=True).user
    EmailAddress.objects.create(user=minh, email="hieu.truong@example.vn", verified=False)
    assert person_with_email("hieu.truong@example.vn") is None and person_with_email("") is None


def test_no_second_account_is_opened_for_a_second_address(lam):
    with pytest.raises(Refused) as refused:
        create_person(full_name="Lâm", email=AT_HOME, language="vi", by=None)
    assert refused.value.refusal.code == "email_taken"


def test_an_invitation_to_a_second_address_opens_for_its_owner(client, lam, outbox_sent):
    link = invited(outbox_sent, email=AT_HOME)
    page = client.get(link).content.decode()
    assert reverse("account_login") in page and "password" not in page
    client.force_login(lam)
    client.post(link)
    assert Membership.objects.filter(user=lam, school__name="Trường THCS Chu Văn An", ended_on=None).exists()


def test_whoever_has_another_account_is_told_how_to_go_on(client, lam, outbox_sent):
    link = invited(outbox_sent, email="lam.truong.moi@example.vn")
    client.force_login(lam)
    page = client.get(link).content.decode()
    assert reverse("account_email") in page and reverse("account_logout") in page
    EmailAddress.objects.create(user=lam, email="lam.truong.moi@example.vn", verified=True)
    assert client.post(link).status_code == 302
    ngoc = Client()
    ngoc.force_login(people.make_principal())
    assert ngoc.get(link).status_code == 410


def test_an_invitation_to_a_closed_account_says_so(client, lam, outbox_sent):
    User.objects.filter(pk=lam.pk).update(is_active=False)
    answer = client.get(invited(outbox_sent, email=AT_HOME))
    assert answer.context["refusal"].code == "account_closed"


def test_a_colleague_with_a_second_address_is_not_invited_twice(lam, outbox_sent):
    school = lam.memberships.get().school
    coordinator = people.make_coordinator(school=school)
    with pytest.raises(Refused) as refused:
        staff.invite_staff(school=school, full_name="Lâm", email=AT_HOME, role="teacher", by=coordinator, key="k")
    assert refused.value.refusal.code == "already_member"


def test_an_address_that_became_somebodys_is_not_confirmed_for_another(client, outbox_sent):
    """Minh typed it; before the link was opened, an account was opened for the person whose address it is."""
    minh = people.make_pupil(with_account=True).user
    client.post(reverse("account_login"), {"login": minh.username, "password": PASSWORD})
    client.post(reverse("account_email"), {"action_add": "", "email": "ngoc@example.vn"})
    link = re.search(r"http://testserver(\S+)", outbox_sent()[0].body).group(1)
    ngoc = create_person(full_name="Lê Thị Bích Ngọc", email="ngoc@example.vn", language="vi", by=None)
    assert client.post(link).status_code == 302
    assert not EmailAddress.objects.filter(user=minh, verified=True).exists()
    assert person_with_email("ngoc@example.vn") == ngoc


# --- Look-ups -----------------------------------------------------------------------------------
def test_a_name_and_an_address_are_found_by_their_index(lam):
    """In a city the table of people has hundreds of thousands of rows: none of these reads it."""
    look_ups = {
        "accounts_user": [User.objects.filter(username=lam.username), User.objects.filter(email=lam.email)],
        "account_emailaddress": [EmailAddress.objects.filter(email=AT_HOME, verified=True)],
    }
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # a table of three rows is read whole, index or not
        for table, queries in look_ups.items():
            for query in queries:
                plan = query.order_by().explain()
                assert re.search(r"Index (Only )?Scan|Bitmap Index Scan|SEARCH .* USING (COVERING )?INDEX", plan), plan
                assert f"SCAN {table}" not in plan and "Seq Scan" not in plan, plan


def test_no_door_compares_names_and_addresses_in_another_way(client, lam, outbox_sent):
    """Comparing without regard to case on the database would pass every index by."""
    with CaptureQueriesContext(connection) as asked:
        for typed in (lam.username.upper(), lam.email.upper(), "khong.co", "khong.co@example.vn"):
            client.post(reverse("account_login"), {"login": typed, "password": "sai-mat-khau"})
        for page in ("account_reset_password", "account_request_login_code"):
            client.post(reverse(page), {"email": AT_HOME})
        client.get(invited(outbox_sent, email=AT_HOME))
    about = [query["sql"] for query in asked if re.search("accounts_user|account_emailaddress", query["sql"])]
    assert about and not [sql for sql in about if re.search(r"UPPER\(|LOWER\(|LIKE", sql)]
