"""Viewing as someone else: read-only, marked, limited, notified and recorded (issue 3, “Permissions”)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from cms.actions import set_up_site
from programs.accounts.models import User
from programs.core.idempotency import new_key
from programs.notices.models import Message
from tests import people

pytestmark = pytest.mark.django_db
REASON = "Cô viết rằng không thấy nút đặt chỗ."


@pytest.fixture
def administrator(client):
    administrator = people.make_administrator()
    client.force_login(administrator)
    return administrator


@pytest.fixture
def hanh():
    return people.make_teacher()


def begin(client, person: User, **typed):
    typed = {"reason": REASON, "idempotency_key": new_key()} | typed
    return client.post(reverse("view_as_start", args=[person.pk]), typed)


def actions() -> list[str]:
    return list(
        ModelLogEntry.objects.filter(action__startswith="support.").order_by("pk").values_list("action", flat=True)
    )


def test_she_is_seen_as_she_sees_it_and_every_page_says_so(client, administrator, hanh):
    set_up_site()
    assert begin(client, hanh)["Location"] == reverse("desk")
    for url in (reverse("desk"), reverse("booking_list"), "/", "/en/desk/", reverse("school_list")):
        page = client.get(url).content.decode()
        assert 'class="view-as"' in page, url
        assert hanh.full_name in page
    assert hanh.get_short_name() in client.get(reverse("desk")).content.decode()
    assert client.get(reverse("role_list")).status_code == 404, "the gates judge her, not the administrator"
    assert 'class="view-as"' in client.get("/khong-co/").content.decode()


def test_the_way_back_has_a_name(client, administrator, hanh):
    page = client.get(reverse("view_as_start", args=[hanh.pk])).content.decode()
    assert f'href="{reverse("person_roles", args=[hanh.pk])}">Quay lại</a>' in page


def test_nothing_can_be_sent(client, administrator, hanh):
    school = hanh.memberships.get().school
    begin(client, hanh)
    before = {model: model.objects.count() for model in (Message, User)}
    for method in ("post", "put", "patch", "delete"):
        for url in (reverse("message_list"), reverse("activity_report"), reverse("desk"), reverse("school_list")):
            response = getattr(client, method)(url, {"school": school.pk})
            assert response.status_code == 403, (method, url)
            assert 'class="view-as"' in response.content.decode()
    assert before == {model: model.objects.count() for model in before}


def test_what_a_page_writes_while_it_is_shown_is_undone(client, administrator, hanh):
    begin(client, hanh)
    message = Message.objects.get(recipient=hanh)
    assert client.get(reverse("message_detail", args=[message.pk])).status_code == 200
    message.refresh_from_db()
    assert message.read_at is None
    client.force_login(hanh)
    client.get(reverse("message_detail", args=[message.pk]))
    message.refresh_from_db()
    assert message.read_at, "the negative control: she herself does mark it as read"


def test_a_code_that_opens_something_is_shown_to_the_teacher_in_person_only(client, administrator):
    from programs.cards.actions import set_class_code
    from tests.world import build_world

    own = build_world().places["own"]
    code = set_class_code(class_group=own.class_group, on=True, by=own.teacher, key="k").join_code
    address, shown = reverse("class_code", args=[own.class_group.pk]), f"{code[:4]}-{code[4:]}"
    begin(client, own.teacher)
    page = client.get(address).content.decode()
    assert shown not in page and code not in page
    client.force_login(own.teacher)
    assert shown in client.get(address).content.decode(), "the negative control: she herself reads it"


def test_no_file_leaves(client, administrator):
    from tests.world import build_world

    own = build_world().places["own"]
    begin(client, own.teacher)
    urls = [
        reverse("project_file", args=[own.file.pk]),
        reverse("project_image", args=[own.image.pk]),
        reverse("certificate_pdf", args=[own.certificate.serial]),
        reverse("certificates_pdf", args=[own.past_booking.reference]),
        reverse("booking_calendar", args=[own.booking.reference]),
    ]
    for url in urls:
        response = client.get(url)
        assert response.status_code == 403, url
        assert response["Content-Type"].startswith("text/html") and not response.has_header("Content-Disposition")
    client.force_login(own.teacher)
    for url in urls:
        response = client.get(url)
        assert response.status_code == 200, "the negative control: she herself opens it"
        response.close()


@pytest.mark.parametrize(
    "url",
    ["/accounts/password/change/", "/accounts/2fa/", "/accounts/sessions/", "/accounts/logout/", "/accounts/email/",
     "/en/accounts/password/change/", "/cms/", "/backoffice/", "/_util/login/"],
)  # fmt: skip
def test_the_account_and_the_back_offices_stay_closed(client, administrator, hanh, url):
    begin(client, hanh)
    for method in ("get", "post"):
        response = getattr(client, method)(url)
        assert response.status_code == 403, (method, url)
        assert 'class="view-as"' in response.content.decode()
    assert client.get(reverse("desk")).status_code == 200, "still looking, not signed out"


def test_it_ends_with_the_button(client, administrator, hanh):
    begin(client, hanh)
    response = client.post(reverse("view_as_end"))
    assert response["Location"] == reverse("person_roles", args=[hanh.pk])
    page = client.get(response["Location"])
    assert page.status_code == 200 and 'class="view-as"' not in page.content.decode()
    assert actions() == ["support.view_as", "support.view_end"]
    assert client.post(reverse("view_as_end"))["Location"] == reverse("desk"), "pressed twice"
    assert client.get(reverse("view_as_end")).status_code == 405


def test_it_ends_by_itself_after_half_an_hour(client, administrator, hanh):
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        begin(client, hanh)
    with time_machine.travel(now + timedelta(minutes=29, seconds=59), tick=False):
        assert client.get(reverse("desk")).context["user"] == hanh
    with time_machine.travel(now + timedelta(minutes=30), tick=False):
        response = client.get(reverse("desk"))
        assert response["Location"].endswith("?ended=time")
        assert client.get(response["Location"]).status_code == 200
        assert client.get(reverse("desk")).context["user"] == administrator
    assert actions()[-1] == "support.view_end"


def test_sending_the_form_twice_does_not_look_longer(client, administrator, hanh):
    now, key = timezone.now(), new_key()
    with time_machine.travel(now, tick=False):
        begin(client, hanh, idempotency_key=key)
        client.post(reverse("view_as_end"))
    with time_machine.travel(now + timedelta(minutes=20), tick=False):
        begin(client, hanh, idempotency_key=key)
    with time_machine.travel(now + timedelta(minutes=31), tick=False):
        assert client.get(reverse("desk")).status_code == 302
    assert Message.objects.filter(recipient=hanh, kind="support_view").count() == 1


def test_she_is_told_who_and_why(client, administrator, hanh, outbox_sent):
    begin(client, hanh)
    (letter,) = [mail for mail in outbox_sent() if mail.to == [hanh.email]]
    assert REASON in letter.body and administrator.full_name in letter.body


def test_the_beginning_each_page_and_the_end_are_written_down(client, administrator, hanh):
    begin(client, hanh)
    client.get(reverse("desk"))
    client.get(reverse("booking_list"), {"q": "Nguyễn Nhật Minh"})
    client.get("/claims/bi-mat-cua-ai-do/")
    client.post(reverse("activity_report"))
    client.post(reverse("view_as_end"))
    rows = ModelLogEntry.objects.filter(action__startswith="support.").order_by("pk")
    assert {row.user for row in rows} == {administrator}
    assert {row.object_id for row in rows} == {str(hanh.pk)}
    paths = [row.data["after"]["path"] for row in rows if row.action == "support.view_page"]
    assert paths == [reverse("desk"), reverse("booking_list"), "/claims/…/", reverse("activity_report")]
    assert rows[0].reason.text == REASON


@pytest.mark.parametrize("reason", ["", "   ", "ngắn"])
def test_without_a_reason_nobody_looks(client, administrator, hanh, reason):
    assert begin(client, hanh, reason=reason).status_code == 200
    assert client.get(reverse("desk")).context["user"] == administrator
    assert actions() == []


def test_never_as_an_administrator_oneself_or_a_closed_account(client, administrator):
    other = people.make_administrator("Đỗ Quang Vinh")
    staff = people.make_user("Lê Thị Nhung", is_staff=True)
    closed = people.make_user("Phạm Văn Cũ", is_active=False)
    for person in (other, administrator, staff, closed):
        assert client.get(reverse("view_as_start", args=[person.pk])).status_code == 200
        assert begin(client, person).status_code == 200
        assert client.get(reverse("desk")).context["user"] == administrator
    assert actions() == []


def test_nobody_else_looks_as_anybody(client, hanh):
    for person in (people.make_officer(), people.make_coordinator(), hanh, people.make_user("A B", is_staff=True)):
        if person.is_staff:
            people.enrol_second_factor(person)
        client.force_login(person)
        assert begin(client, people.make_outsider()).status_code == 404
        assert client.post(reverse("view_as_end")).status_code == 404


def test_an_administrator_without_a_second_factor_does_not_begin(client, hanh):
    client.force_login(people.make_administrator(second_factor=False))
    assert begin(client, hanh).status_code == 302
    assert actions() == []


@pytest.mark.parametrize("change", ["no_superuser", "no_factor", "viewed_promoted", "viewed_closed"])
def test_it_ends_when_either_may_no_longer(client, administrator, hanh, change):
    begin(client, hanh)
    if change == "no_superuser":
        User.objects.filter(pk=administrator.pk).update(is_superuser=False)
    elif change == "no_factor":
        administrator.authenticator_set.all().delete()
    elif change == "viewed_promoted":
        User.objects.filter(pk=hanh.pk).update(is_superuser=True)
    else:
        User.objects.filter(pk=hanh.pk).update(is_active=False)
    assert client.get(reverse("desk")).status_code == 302
    assert actions()[-1] == "support.view_end"


def test_one_without_a_second_factor_is_seen_without_enrolling(client, administrator):
    """The gate of the second factor looks at the administrator, who has one."""
    mai = people.make_ward_officer("Võ Thị Mai", second_factor=False)
    begin(client, mai)
    assert client.get(reverse("claim_queue")).status_code == 200


def test_no_cache_keeps_what_was_seen(client, administrator, hanh):
    begin(client, hanh)
    for url in ("/", reverse("school_list"), reverse("desk")):
        assert client.get(url)["Cache-Control"] == "private, no-store"


def test_a_visitor_costs_no_look_at_the_session(client, monkeypatch):
    """A page that is the same for everybody stays cacheable for those who have no session."""
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", lambda self: pytest.fail("looked"))
    assert client.get(reverse("certificate_verify_form")).status_code == 200


def test_a_person_without_e_mail_reads_it_on_the_desk(client, administrator):
    pupil = people.make_pupil("Nguyễn Nhật Minh", class_group=people.make_class(), with_account=True)
    begin(client, pupil.user)
    assert Message.objects.filter(recipient=pupil.user, kind="support_view", to_address="").count() == 1
    assert client.get(reverse("booking_list")).status_code == 200
