"""People in Wagtail's admin: one full name, no passwords, nobody deleted."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from programs.accounts.models import User
from tests.people import make_administrator, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin_client(client):
    client.force_login(make_administrator())
    return client


def test_a_person_is_made_with_one_name_and_without_a_password(admin_client):
    page = admin_client.get(reverse("wagtailusers_users:add"))
    assert page.status_code == 200 and b'name="password' not in page.content and b'name="first_name' not in page.content
    fields = {"username": "linh", "full_name": " Ngô  Thùy Linh ", "email": "Linh@Example.VN"}
    assert admin_client.post(reverse("wagtailusers_users:add"), fields).status_code == 302
    linh = User.objects.get(username="linh")
    assert (linh.full_name, linh.email, linh.has_usable_password()) == ("Ngô Thùy Linh", "linh@example.vn", False)
    assert b"Ng\xc3\xb4 Th\xc3\xb9y Linh" in admin_client.get(reverse("wagtailusers_users:index")).content


def test_a_person_gets_a_place_among_the_editors_and_nothing_else_changes(admin_client):
    """Names, addresses and the account itself have acts with a reason on the pages of administration."""
    khoi = make_user("Dương Minh Khôi")
    editors = Group.objects.create(name="Biên tập")
    url = reverse("wagtailusers_users:edit", args=[khoi.pk])
    assert admin_client.get(url).status_code == 200
    before = (khoi.full_name, khoi.email, khoi.password, khoi.is_active)
    fields = {"username": "khac", "full_name": "Dương Khôi", "email": "", "groups": [editors.pk]}
    assert admin_client.post(url, fields).status_code == 302
    khoi.refresh_from_db()
    assert (khoi.full_name, khoi.email, khoi.password, khoi.is_active) == before
    assert list(khoi.groups.all()) == [editors]


def test_nobody_is_deleted(admin_client):
    khoi = make_user("Dương Minh Khôi")
    for url in (
        reverse("wagtailusers_users:delete", args=[khoi.pk]),
        f"/cms/bulk/accounts/user/delete/?id={khoi.pk}",
    ):
        assert admin_client.post(url).status_code in {302, 403}, url
    assert User.objects.filter(pk=khoi.pk).exists()
