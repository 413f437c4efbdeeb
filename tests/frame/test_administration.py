"""What administrators do to accounts, offices and the calendar: a reason, an audit row, a letter; never a bare table."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from programs.accounts.models import User
from programs.core.audit import history_of
from programs.core.models import Holiday, SchoolYear
from programs.notices.models import Message
from programs.schools.choices import OfficeRole
from programs.schools.models import OfficerPost
from tests import people
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db
WHY = "Gọi lại số máy của trường, đúng người."


@pytest.fixture
def quan(client) -> User:
    """Anh Quân, an administrator, signed in."""
    administrator = people.make_administrator()
    client.force_login(administrator)
    return administrator


@pytest.fixture
def lam() -> User:
    return people.make_outsider(email="lam@truong.example.vn")


def do(client, name: str, target, **fields):
    return client.post(reverse(name, args=[target.pk]), {"reason": WHY} | fields)


def noted(user: User) -> tuple:
    entry = history_of(user).first()
    return entry.action, entry.user, entry.reason.text


def letters(user: User) -> list[str]:
    return list(Message.objects.filter(recipient=user).order_by("pk").values_list("kind", flat=True))


# --- Accounts -----------------------------------------------------------------------------------
def test_an_account_is_closed_and_reopened_with_a_reason_and_no_session_comes_back(client, quan, lam):
    theirs = Client()
    theirs.post(reverse("account_login"), {"login": lam.username, "password": PASSWORD})
    assert client.get(reverse("account_close", args=[lam.pk])).status_code == 200
    assert do(client, "account_close", lam, reason=" ").status_code == 200 and User.objects.get(pk=lam.pk).is_active
    assert do(client, "account_close", lam).url == reverse("person_roles", args=[lam.pk])
    assert noted(lam) == ("person.close", quan, WHY)
    assert theirs.get(reverse("desk")).status_code == 302
    do(client, "account_reopen", lam)
    assert noted(lam) == ("person.open", quan, WHY)
    assert theirs.get(reverse("desk")).status_code == 302, "the session of before stays ended"
    assert letters(lam) == ["account_closed", "account_reopened"]
    again = do(client, "account_reopen", lam)
    assert again.status_code == 200 and again.context["form"].errors


def test_a_replaced_address_is_replaced_everywhere_and_both_mailboxes_hear_of_it(client, quan, lam, outbox_sent):
    EmailAddress.objects.create(user=lam, email=lam.email, verified=True, primary=True)
    theirs = Client()
    theirs.force_login(lam)
    do(client, "account_address", lam, email="Lam.Moi@truong.example.vn")
    lam.refresh_from_db()
    assert lam.email == "lam.moi@truong.example.vn"
    assert list(EmailAddress.objects.filter(user=lam).values_list("email", flat=True)) == [lam.email]
    assert noted(lam) == ("person.address", quan, WHY)
    assert {letter.to[0] for letter in outbox_sent()} == {"lam@truong.example.vn", "lam.moi@truong.example.vn"}
    assert theirs.get(reverse("desk")).status_code == 302
    Client().post(reverse("account_reset_password"), {"email": "lam@truong.example.vn"})
    assert not Message.objects.filter(kind="account/password_reset_key").exists(), "the old mailbox opens nothing"


def test_an_address_of_somebody_else_is_refused_beside_its_field(client, quan, lam):
    hanh = people.make_teacher()
    EmailAddress.objects.create(user=hanh, email="hanh.nha@example.vn", verified=True)
    for taken in (hanh.email, "hanh.nha@example.vn"):
        assert "email" in do(client, "account_address", lam, email=taken).context["form"].errors


def test_an_administrator_is_made_and_unmade_but_never_by_themselves(client, quan, lam):
    do(client, "administrator_make", lam)
    lam.refresh_from_db()
    assert lam.is_superuser and noted(lam) == ("person.administrator", quan, WHY)
    assert do(client, "administrator_make", lam).status_code == 200, "done already"
    assert do(client, "administrator_unmake", quan).context["form"].errors
    assert do(client, "account_close", quan).context["form"].errors
    do(client, "administrator_unmake", lam)
    lam.refresh_from_db()
    assert not lam.is_superuser and letters(lam) == ["administrator_changed"] * 2


# --- Offices ------------------------------------------------------------------------------------
def test_an_officer_is_appointed_told_and_removed(client, quan, lam):
    ward = people.make_ward()
    assert do(client, "officer_appoint", lam, role=OfficeRole.WARD).context["form"].errors["areas"]
    do(client, "officer_appoint", lam, role=OfficeRole.WARD, areas=[ward.pk])
    post = OfficerPost.objects.get(user=lam)
    assert list(post.areas.all()) == [ward] and noted(lam) == ("office.appoint", quan, WHY)
    other = people.make_ward("Phường Dĩ An")
    do(client, "officer_appoint", lam, role=OfficeRole.WARD, areas=[other.pk])
    assert list(OfficerPost.objects.get(user=lam).areas.all()) == [other], "the areas of the office are replaced"
    page = client.get(reverse("person_roles", args=[lam.pk])).content.decode()
    assert reverse("officer_remove", args=[post.pk]) in page
    do(client, "officer_remove", post)
    assert not OfficerPost.objects.filter(user=lam).exists() and noted(lam) == ("office.remove", quan, WHY)
    assert letters(lam) == ["officer_appointed", "officer_appointed", "officer_removed"]


def test_a_closed_account_gets_no_office_and_no_rights(client, quan, lam):
    User.objects.filter(pk=lam.pk).update(is_active=False)
    assert do(client, "officer_appoint", lam, role=OfficeRole.DEPARTMENT).context["form"].errors
    assert do(client, "administrator_make", lam).context["form"].errors


# --- The calendar -------------------------------------------------------------------------------
def days_off(client, page: str, *args, **fields):
    url = reverse(page, args=args)
    form = client.get(url).context["form"]
    hidden = {each.html_name: each.value() for each in form.hidden_fields()}
    return client.post(url, hidden | {"reason": "Quyết định 2045"} | fields)


def test_days_off_are_added_changed_and_removed(client, quan):
    tet = {"name": "Tết Nguyên đán", "starts_on": "01/02/2027", "ends_on": "11/02/2027", "closes": "schools"}
    days_off(client, "holiday_add", **tet)
    holiday = Holiday.objects.get()
    assert (holiday.starts_on, holiday.ends_on, holiday.closes) == (date(2027, 2, 1), date(2027, 2, 11), "schools")
    page = client.get(reverse("calendar_page")).content.decode()
    assert "Tết Nguyên đán" in page and "Chỉ trường học" in page
    assert days_off(client, "holiday_change", holiday.pk, **tet | {"ends_on": "31/01/2027"}).status_code == 200
    days_off(client, "holiday_change", holiday.pk, **tet | {"starts_on": "04/02/2027"})
    holiday.refresh_from_db()
    assert holiday.starts_on == date(2027, 2, 4)
    days_off(client, "holiday_remove", holiday.pk)
    assert not Holiday.objects.exists()
    verbs = [entry.action for entry in ModelLogEntry.objects.filter(user=quan).order_by("pk")]
    assert verbs == ["calendar.add", "calendar.change", "calendar.remove"]


def test_two_who_change_the_same_days_off_see_both_values(client, quan):
    holiday = Holiday.objects.create(name="Tết", starts_on=date(2027, 2, 1), ends_on=date(2027, 2, 11))
    page = client.get(reverse("holiday_change", args=[holiday.pk])).context["form"]
    Holiday.objects.update(ends_on=date(2027, 2, 14))
    fields = {"version": page["version"].value(), "name": "Tết", "starts_on": "01/02/2027", "ends_on": "12/02/2027"}
    fields |= {"closes": "all"}
    answer = client.post(reverse("holiday_change", args=[holiday.pk]), fields | {"reason": "Quyết định"})
    assert answer.status_code == 200 and "14/02/2027" in answer.content.decode()


def test_a_school_year_has_two_terms_in_order(client, quan):
    dates = {
        "starts_on": "06/09/2027",
        "first_ends_on": "15/01/2028",
        "second_on": "18/01/2028",
        "ends_on": "31/05/2028",
    }
    wrong = days_off(client, "year_add", name="2027-2029", **dates)
    assert "name" in wrong.context["form"].errors
    assert days_off(client, "year_add", name="2027-2028", **dates | {"second_on": "01/01/2028"}).status_code == 200
    days_off(client, "year_add", name="2027-2028", **dates)
    year = SchoolYear.objects.get(name="2027-2028")
    assert [term.starts_on for term in year.terms.order_by("number")] == [date(2027, 9, 6), date(2028, 1, 18)]
    days_off(client, "year_change", year.pk, **dates | {"ends_on": "02/06/2028"})
    year.refresh_from_db()
    assert year.ends_on == year.terms.get(number=2).ends_on == date(2028, 6, 2)
    assert history_of(year).first().action == "calendar.change"


# --- For whom -----------------------------------------------------------------------------------
def test_for_everybody_else_these_pages_do_not_exist(client, lam):
    holiday = Holiday.objects.create(name="Tết", starts_on=date(2027, 2, 1), ends_on=date(2027, 2, 11))
    officer = people.make_officer()
    places = {
        "account_close": lam, "account_reopen": lam, "account_address": lam, "administrator_make": lam,
        "administrator_unmake": lam, "officer_appoint": lam, "officer_remove": officer.officer_posts.get(),
        "holiday_change": holiday, "holiday_remove": holiday,
    }  # fmt: skip
    for person in (officer, people.make_coordinator(), people.make_teacher(), lam):
        client.force_login(person)
        for name, target in places.items():
            assert do(client, name, target).status_code == 404, name
        for name in ("calendar_page", "holiday_add", "year_add"):
            assert client.get(reverse(name)).status_code == 404, name


CHANGED_IN_THE_BACK_OFFICE = {
    # What the operator describes there; none of it is an account, an office, a school or the calendar.
    "centres.Centre", "centres.FieldTrip", "consents.ConsentText", "core.RetentionRule",
    "curricula.Curriculum", "topics.Subject", "topics.Topic",
}  # fmt: skip


def test_the_back_office_changes_no_account_no_office_no_school_and_no_calendar(quan):
    request = RequestFactory().get("/")
    request.user = quan
    open_ones = {
        model._meta.label
        for model, table in admin.site._registry.items()
        if table.has_add_permission(request)
        or table.has_change_permission(request)
        or table.has_delete_permission(request)
    }
    assert {label for label in open_ones if not label.startswith(("wagtail", "auth", "taggit"))} <= (
        CHANGED_IN_THE_BACK_OFFICE
    )
    ours = {"accounts.User", "schools.OfficerPost", "schools.School", "core.Holiday", "core.SchoolYear"}
    assert not open_ones & (ours | {"pupils.ClassGroup"})


def test_nor_does_wagtail(client, quan, lam):
    fields = {"username": "khac", "email": "khac@example.vn", "full_name": "Khác", "is_superuser": "on"}
    client.post(reverse("wagtailusers_users:edit", args=[lam.pk]), fields)
    bulk = f"/cms/bulk/accounts/user/set_active_state/?id={lam.pk}"
    client.post(bulk, {"mark_as_active": "False"})
    before = (lam.username, lam.email, lam.full_name)
    lam.refresh_from_db()
    assert (lam.username, lam.email, lam.full_name) == before and lam.is_active and not lam.is_superuser


# --- The log ------------------------------------------------------------------------------------
def look(client, **typed):
    return client.get(client.post(reverse("audit_log"), typed).url)


def test_the_log_is_found_by_person_object_verb_and_day_and_shows_no_reason(client, quan, lam):
    hanh = people.make_teacher()
    do(client, "account_close", lam)
    do(client, "account_close", hanh)
    for typed, number in (
        ({}, 2),
        ({"person": quan.username}, 2),
        ({"person": hanh.username}, 0),
        ({"subject": lam.email}, 1),
        ({"verb": "person.close"}, 2),
        ({"verb": "person.open"}, 0),
        ({"first": f"{timezone.localdate():%d/%m/%Y}"}, 2),
        ({"last": f"{timezone.localdate() - timedelta(days=1):%d/%m/%Y}"}, 0),
    ):
        page = look(client, **typed)
        assert len(page.context["page"].entries) == number, typed
        assert WHY not in page.content.decode()
    assert quan.username not in client.post(reverse("audit_log"), {"person": quan.username}).url
    assert client.post(reverse("audit_log"), {"person": "khong.co"}).context["form"].errors["person"]


@pytest.mark.parametrize(
    "asked", ["?person=x", "?number=99999999999999999999", "?first=hôm-nay", "?verb=x", "?before=-1"]
)
def test_an_address_that_makes_no_sense_looks_for_nothing(client, quan, asked):
    assert client.get(reverse("audit_log") + asked).status_code == 200


def test_a_long_log_is_read_page_by_page_at_the_same_cost(client, quan, lam, django_assert_num_queries):
    do(client, "account_close", lam)
    row = ModelLogEntry.objects.get()
    columns = {"content_type": row.content_type, "object_id": row.object_id, "label": "x", "action": "person.close"}
    more = {"user": quan, "timestamp": timezone.now(), "data": {}, "content_changed": False, "deleted": False}
    ModelLogEntry.objects.bulk_create([ModelLogEntry(**columns, **more) for _ in range(60)])
    with django_assert_num_queries(9):  # session, person, roles, kinds, one page of rows; the desk beside it
        client.get(reverse("audit_log"))
    page = client.get(reverse("audit_log"))
    older = client.get(reverse("audit_log") + f"?before={page.context['page'].older}")
    assert (len(page.context["page"].entries), len(older.context["page"].entries)) == (50, 11)


def test_the_departments_officers_read_the_log_and_nobody_else_does(client, lam):
    for person, answer in (
        (people.make_officer(), 200), (people.make_administrator(), 200), (people.make_coordinator(), 404), (lam, 404),
        (people.make_officer("Lê Văn Giám", role=OfficeRole.STEERING), 404),
    ):  # fmt: skip
        client.force_login(person)
        assert client.get(reverse("audit_log")).status_code == answer
