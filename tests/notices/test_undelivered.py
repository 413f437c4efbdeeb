"""A letter that failed or broke off is found by an administrator, and sent once more or settled."""

import smtplib

import pytest
from django.db import transaction
from django.urls import reverse
from wagtail.models import ModelLogEntry

from programs.notices import actions as sending
from programs.notices.actions import send_due_messages, write_message
from programs.notices.choices import MessageState
from programs.notices.models import Message
from tests.notices.test_outbox import Line
from tests.people import make_administrator, make_user

LIST = "/desk/letters/"
pytestmark = pytest.mark.django_db


def written(to=None, *, key="k", kind="account_changed", **options) -> Message:
    with transaction.atomic():
        write_message(kind=kind, to=to, dedupe_key=key, context={"change": "x", "code": "ABC-123"}, **options)
    return Message.objects.get(dedupe_key=key)


def failed(to=None, *, state=MessageState.FAILED, **options) -> Message:
    message = written(to, **options)
    Message.objects.filter(pk=message.pk).update(state=state, error="SMTPRecipientsRefused: 550 no such user")
    return message


@pytest.fixture
def hanh():
    return make_user("Trần Thị Hạnh", email="hanh@truong.example.vn")


@pytest.fixture
def quan(client):
    quan = make_administrator("Hồ Anh Quân")
    client.force_login(quan)
    return quan


def test_an_administrator_finds_it_corrects_the_address_and_sends_it_once_more(client, hanh, quan, monkeypatch):
    line = Line(smtplib.SMTPRecipientsRefused({hanh.email: (550, b"no such user")}))
    monkeypatch.setattr(sending, "get_connection", lambda: line)
    message = written(hanh)
    send_due_messages()
    assert "1 thư chưa đến nơi" in client.get(reverse("desk")).content.decode()
    page = client.get(LIST).content.decode()
    assert "Trần Thị Hạnh" in page and "550" in page and message.body_text[:40] not in page

    hanh.email = "hanh.moi@truong.example.vn"
    hanh.save()
    client.post(reverse("letter_again", args=[message.pk]))
    assert send_due_messages() == 1 and line.taken[0].to == ["hanh.moi@truong.example.vn"]
    message.refresh_from_db()
    assert message.state == MessageState.SENT
    assert "Mọi thư đã được gửi" in client.get(LIST).content.decode()
    trace = ModelLogEntry.objects.get(action="letter.again")
    assert trace.user == quan


def test_one_that_broke_off_may_arrive_twice_and_says_so_first(client, hanh, quan):
    message = failed(hanh, state=MessageState.UNCERTAIN)
    asked = client.get(reverse("letter_again", args=[message.pk])).content.decode()
    assert "có thể nhận hai lần" in asked
    message.refresh_from_db()
    assert message.state == MessageState.UNCERTAIN, "asking sends nothing"


def test_a_code_is_never_sent_again(client, quan):
    message = failed(kind="account/login_code", address="hanh@truong.example.vn")
    page = client.get(LIST).content.decode()
    assert reverse("letter_again", args=[message.pk]) not in page
    answer = client.post(reverse("letter_again", args=[message.pk]))
    message.refresh_from_db()
    assert answer.status_code == 200 and message.state == MessageState.FAILED


def test_it_is_settled_when_the_person_was_told_in_another_way(client, hanh, quan):
    message = failed(hanh)
    client.post(reverse("letter_settle", args=[message.pk]))
    message.refresh_from_db()
    assert message.state == MessageState.SETTLED
    assert client.post(reverse("letter_settle", args=[message.pk])).status_code == 404
    assert send_due_messages() == 0


def test_an_act_on_a_stale_page_is_refused_in_words(client, hanh, quan, monkeypatch):
    """Two administrators look at the same letter: the second reads that somebody was faster."""
    message = failed(hanh)
    locked = sending._locked

    def while_quan_reads(message_id, *, by):
        Message.objects.filter(pk=message_id).update(state=MessageState.SETTLED)
        return locked(message_id, by=by)

    monkeypatch.setattr(sending, "_locked", while_quan_reads)
    page = client.post(reverse("letter_again", args=[message.pk]))
    assert page.status_code == 200 and "đã có người xử lý" in page.content.decode()


def test_nobody_else_sees_that_there_is_such_a_list(client, hanh):
    message = failed(hanh)
    client.force_login(make_user("Nguyễn Văn Lâm"))
    for address in (LIST, reverse("letter_again", args=[message.pk]), reverse("letter_settle", args=[message.pk])):
        assert client.get(address).status_code == 404
    assert "chưa đến nơi" not in client.get(reverse("desk")).content.decode()


def test_what_is_urgent_has_a_lane_of_its_own(monkeypatch):
    line = Line()
    monkeypatch.setattr(sending, "get_connection", lambda: line)
    for number in range(3):
        written(key=str(number), address=f"{number}@truong.example.vn")
    written(key="code", kind="account/login_code", address="hanh@truong.example.vn")
    assert send_due_messages(urgent=True) == 1 and line.taken[0].to == ["hanh@truong.example.vn"]
    written(key="code 2", kind="account/password_reset_key", address="lam@truong.example.vn")
    assert send_due_messages(limit=1) == 1 and line.taken[1].to == ["lam@truong.example.vn"]
    assert send_due_messages(urgent=False) == 3


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_as_much_for_three_as_for_one(client, hanh, quan, rows, django_assert_num_queries):
    for number in range(rows):
        failed(hanh, key=str(number))
    client.get(LIST)
    with django_assert_num_queries(9):
        client.get(LIST)
