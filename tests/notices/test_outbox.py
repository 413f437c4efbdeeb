"""The outbox: written with the act, sent after it, never twice."""

import smtplib
import socket
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from django.core.mail import get_connection
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from programs.notices import actions as sending
from programs.notices.actions import mark_read, send_due_messages, write_message
from programs.notices.choices import MessageState
from programs.notices.models import Message
from tests.people import make_user

KIND = "account_changed"


def write(to=None, *, key="k", change="Cầu <giấy> & “nước”", **options) -> Message:
    with transaction.atomic():
        write_message(kind=KIND, to=to, dedupe_key=key, context={"change": change}, **options)
    return Message.objects.get(dedupe_key=key)


def all_due() -> None:
    Message.objects.filter(state=MessageState.PENDING).update(next_attempt_at=timezone.now())


@pytest.fixture
def hanh(db):
    return make_user("Trần Thị Hạnh", email="hanh@truong.example.vn")


@pytest.mark.django_db(transaction=True)
def test_a_message_is_committed_with_its_action(mailoutbox):
    hanh = make_user("Trần Thị Hạnh", email="hanh@truong.example.vn")
    with pytest.raises(transaction.TransactionManagementError):
        write_message(kind=KIND, to=hanh, dedupe_key="k", context={"change": ""})
    with transaction.atomic():
        write_message(kind=KIND, to=hanh, dedupe_key="k", context={"change": ""})
        transaction.set_rollback(True)
    assert send_due_messages() == 0 and mailoutbox == []


def test_a_message_is_written_in_the_readers_language_as_text_and_as_html(hanh, outbox_sent):
    english = make_user("Jane Doe", email="jane@example.org", language="en")
    write(hanh, key="1", link="/desk/messages/")
    write(english, key="2", link="/desk/messages/")
    vietnamese, other = outbox_sent()
    assert vietnamese.subject == "Tài khoản của bạn có thay đổi" and other.subject == "A change to your account"
    assert "Kính gửi Trần Thị Hạnh" in vietnamese.body and "Dear Jane Doe" in other.body
    assert "Cầu <giấy> & “nước”" in vietnamese.body
    html, kind = vietnamese.alternatives[0]
    assert kind == "text/html" and "Cầu &lt;giấy&gt; &amp; “nước”" in html and "<script" not in html
    assert "http://testserver/desk/messages/" in vietnamese.body
    assert "http://testserver/en/desk/messages/" in other.body


def test_the_same_message_is_written_once_and_sent_once(hanh, outbox_sent):
    assert write(hanh) == write(hanh, change="again")
    assert len(outbox_sent()) == 1
    assert len(outbox_sent()) == 1
    message = Message.objects.get()
    assert (message.state, message.attempts) == (MessageState.SENT, 1)


def test_people_without_an_address_read_it_on_the_desk(outbox_sent):
    minh = make_user("Lê Minh", email=None)
    message = write(minh)
    assert message.state == MessageState.SENT and outbox_sent() == []


def test_a_calendar_entry_travels_as_an_attachment(hanh, outbox_sent):
    write(hanh, attachment=("lich.ics", "text/calendar", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"))
    (mail,) = outbox_sent()
    name, content, kind = mail.attachments[0]
    assert (name, kind) == ("lich.ics", "text/calendar") and "VCALENDAR" in content


def test_a_message_keeps_its_id_in_every_attempt(hanh):
    first, second = write(hanh, key="1"), write(hanh, key="2")
    ids = [sending._email_of(message).extra_headers["Message-ID"] for message in (first, first, second)]
    assert ids[0] == ids[1] != ids[2] and ids[0].endswith("@testserver>")


def test_a_secret_is_wiped_once_it_has_left(client, hanh, outbox_sent):
    client.post(reverse("account_reset_password"), {"email": "hanh@truong.example.vn"})
    assert "/accounts/password/reset/key/" in Message.objects.get().body_text
    (mail,) = outbox_sent()
    assert "/accounts/password/reset/key/" in mail.body
    message = Message.objects.get()
    assert (message.state, message.body_text, message.body_html) == (MessageState.SENT, "", "")
    client.force_login(hanh)
    assert client.get(reverse("message_detail", args=[message.pk])).status_code == 404


def test_a_stranger_who_asks_for_a_password_gets_the_same_answer_and_no_email(client, hanh, outbox_sent):
    known = client.post(reverse("account_reset_password"), {"email": "hanh@truong.example.vn"})
    unknown = client.post(reverse("account_reset_password"), {"email": "la@truong.example.vn"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert [mail.to for mail in outbox_sent()] == [["hanh@truong.example.vn"]]


# --- What goes wrong ----------------------------------------------------------------------------
class Line:
    """A mail server that answers as it is told."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.taken = []

    def open(self):
        pass

    def close(self):
        pass

    def send_messages(self, messages):
        answer = self.answers.pop(0) if self.answers else None
        if answer:
            raise answer
        self.taken += messages


@pytest.fixture
def line(monkeypatch):
    def use(*answers):
        line = Line(*answers)
        monkeypatch.setattr(sending, "get_connection", lambda: line)
        return line

    return use


def test_a_busy_server_is_asked_again_later(hanh, line):
    used = line(smtplib.SMTPDataError(451, b"busy"))
    message = write(hanh)
    send_due_messages()
    message.refresh_from_db()
    assert message.state == MessageState.PENDING and message.next_attempt_at > timezone.now() + timedelta(seconds=50)
    assert send_due_messages() == 0, "the pause was not kept"
    all_due()
    assert send_due_messages() == 1 and len(used.taken) == 1


def test_an_address_that_does_not_exist_is_given_up_at_once(hanh, line):
    line(smtplib.SMTPRecipientsRefused({"hanh@truong.example.vn": (550, b"no such user")}))
    message = write(hanh)
    send_due_messages()
    message.refresh_from_db()
    assert message.state == MessageState.FAILED and "550" in message.error


def test_a_server_that_always_refuses_is_given_up_in_the_end(hanh, line):
    line(*[smtplib.SMTPDataError(451, b"busy")] * 20)
    message = write(hanh)
    for _ in range(sending.MAX_ATTEMPTS + 2):
        all_due()
        send_due_messages()
    message.refresh_from_db()
    assert (message.state, message.attempts) == (MessageState.FAILED, sending.MAX_ATTEMPTS)


def test_a_message_on_a_line_that_broke_is_uncertain_and_never_repeated(hanh, line):
    used = line(smtplib.SMTPServerDisconnected("in the middle"))
    message = write(hanh)
    second = write(hanh, key="second")
    assert send_due_messages() == 1
    message.refresh_from_db()
    second.refresh_from_db()
    assert (message.state, second.state) == (MessageState.UNCERTAIN, MessageState.SENT)
    send_due_messages()
    assert len(used.taken) == 1


def test_a_message_whose_worker_was_killed_is_not_sent_again_by_a_machine(hanh, outbox_sent):
    message = write(hanh)
    Message.objects.update(state=MessageState.SENDING, attempts=1, claimed_at=timezone.now() - timedelta(minutes=5))
    assert outbox_sent() == []
    Message.objects.update(claimed_at=timezone.now() - timedelta(minutes=11))
    assert outbox_sent() == []
    message.refresh_from_db()
    assert message.state == MessageState.UNCERTAIN


def test_two_workers_do_not_send_the_same_message(hanh, line, monkeypatch):
    """The second worker read the same list; only the conditional claim prevents a second email."""
    used = line()
    write(hanh)
    calls = []
    send_one = sending._send_one

    def meanwhile(pk, connection):
        if not calls:
            calls.append(pk)
            send_due_messages()
        return send_one(pk, connection)

    monkeypatch.setattr(sending, "_send_one", meanwhile)
    send_due_messages()
    assert len(used.taken) == 1


# --- B13: a real mail server that goes away and comes back --------------------------------------
class Sink:
    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_mail_server_that_is_away_for_hours_gets_every_message_once(hanh, settings, caplog):
    port = free_port()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 5
    assert get_connection().port == port
    first = write(hanh, key="first")
    for _ in range(3):
        all_due()
        assert send_due_messages() == 0
    first.refresh_from_db()
    assert (first.state, first.attempts) == (MessageState.PENDING, 0), "an outage costs no attempt"

    sink = Sink()
    server = Controller(sink, hostname="127.0.0.1", port=port)
    server.start()
    try:
        write(hanh, key="second")
        all_due()
        assert send_due_messages() == 2
        all_due()
        assert send_due_messages() == 0
    finally:
        server.stop()
    assert len(sink.mails) == 2
    assert len({mail["Message-ID"] for mail in sink.mails}) == 2
    assert sink.mails[0]["Subject"] == "Tài khoản của bạn có thay đổi"
    assert sink.mails[0]["Auto-Submitted"] == "auto-generated"
    assert {part.get_content_type() for part in sink.mails[0].iter_parts()} == {"text/plain", "text/html"}

    third = write(hanh, key="third")
    assert send_due_messages() == 0
    third.refresh_from_db()
    assert third.state == MessageState.PENDING


# --- A person's own messages --------------------------------------------------------------------
def test_a_person_reads_only_their_own_messages(client, hanh):
    lam = make_user("Nguyễn Văn Lâm")
    message = write(hanh)
    url = reverse("message_detail", args=[message.pk])
    for who, status in ((None, 302), (lam, 404), (hanh, 200)):
        if who:
            client.force_login(who)
        assert client.get(url).status_code == status
    message.refresh_from_db()
    assert message.read_at is not None
    client.force_login(lam)
    assert message.subject not in client.get(reverse("message_list")).content.decode()


def waiting_on(page) -> int:
    """The number beside the messages in the navigation of ``page``."""
    return next(link.count for link in page.context["desk_links"] if link.url == reverse("message_list"))


def test_the_list_marks_what_is_new_and_marks_all_as_read(client, hanh):
    first = write(hanh, key="1")
    write(hanh, key="2")
    mark_read(message=first, by=hanh)
    client.force_login(hanh)
    page = client.get(reverse("message_list"))
    assert waiting_on(page) == 1
    client.post(reverse("message_list"))
    assert waiting_on(client.get(reverse("message_list"))) == 0


def test_an_empty_list_is_kind(client, hanh):
    client.force_login(hanh)
    assert "Chưa có thông báo nào" in client.get(reverse("message_list")).content.decode()
