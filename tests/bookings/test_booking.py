"""Booking through the front door, as cô Hạnh does it, and as a careless or an impatient person does."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from icalendar import Calendar

from programs.ballots.models import Ballot
from programs.bookings.actions.booking import cancel_booking
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.centres.choices import BookingMode
from programs.centres.models import Session
from programs.core.refusals import Refused
from programs.notices.models import Message
from programs.schools.queries.roles import roles_of
from tests.bookings.forms import key_of, refusal_of, send, wish
from tests.centres.make import book, local, make_session, seats_add_up
from tests.pages import main_of
from tests.people import make_class, make_school

pytestmark = pytest.mark.django_db


def test_a_form_sent_back_with_another_group_is_refused_once_and_then_books(world, as_user):
    """She books, goes back, changes the number and sends: the key is used up, the next press has its own."""
    client = as_user(world.hanh)
    send(client, world.session, wish(world, idempotency_key="back"))
    refused = send(client, world.session, wish(world, idempotency_key="back", pupils="30"))
    assert (refused.status_code, Booking.objects.count()) == (200, 1)
    assert key_of(refused) != "back"
    assert 'value="30"' in refused.content.decode()
    again = send(client, world.session, wish(world, idempotency_key=key_of(refused), pupils="30"))
    assert "đã được gửi" not in again.content.decode(), "whatever the rules say now, it is not the key"


def test_co_hanh_books_8a1_and_gets_a_reference_and_an_email(world, as_user, outbox_sent):
    client = as_user(world.hanh)
    page = client.get(reverse("session_book", args=[world.session.pk]))
    assert 'value="38"' in page.content.decode()  # the number of her class
    assert f'value="{world.class_8a1.pk}" selected data-pupils="38"' in page.content.decode()

    answer = send(client, world.session, wish(world, idempotency_key=key_of(page)))
    booking = Booking.objects.get()
    assert answer.url == reverse("booking_detail", args=[booking.reference])
    assert re.fullmatch(r"BD-[2-9A-HJKMNP-Z]{5}", booking.reference)
    assert (booking.state, booking.pupils, booking.adults) == (BookingState.HELD, 38, 2)
    assert (booking.school, booking.leader, booking.contact_phone) == (world.school, world.hanh, "+84912345678")
    world.session.refresh_from_db()
    assert world.session.seats_taken == 38

    [letter] = outbox_sent()
    assert letter.to == [world.hanh.email]
    assert booking.reference in letter.subject
    assert booking.reference in letter.body
    name, content, kind = letter.attachments[0]
    assert (name, kind.split(";")[0]) == (f"{booking.reference}.ics", "text/calendar")
    event = Calendar.from_ical(content).walk("VEVENT")[0]
    assert event["UID"].startswith(booking.reference)
    assert event["DTSTART"].dt == world.session.starts_at

    detail = client.get(answer.url).content.decode()
    assert booking.reference in detail
    assert "Places held" not in detail or translation.get_language() == "en"


def test_a_form_sent_twice_makes_one_booking_and_one_email(world, as_user, outbox_sent):
    client = as_user(world.hanh)
    addresses = {send(client, world.session, wish(world)).url for _ in range(3)}
    assert len(addresses) == 1
    assert Booking.objects.count() == 1
    assert len(outbox_sent()) == 1
    world.session.refresh_from_db()
    assert world.session.seats_taken == 38


def test_the_same_key_with_other_contents_is_refused(world, as_user):
    client = as_user(world.hanh)
    send(client, world.session, wish(world))
    answer = send(client, world.session, wish(world, pupils="20"))
    assert answer.status_code == 200
    assert Booking.objects.get().pupils == 38


@pytest.mark.parametrize("pupils", ["41", "0", "-1", "1000000000", "1e9", "4,0", "40.0", "", "ba mươi", "40,5"])
def test_an_impossible_number_is_refused_beside_its_field_and_nothing_typed_is_lost(world, as_user, pupils):
    answer = send(as_user(world.hanh), world.session, wish(world, pupils=pupils, note="Đến bằng xe buýt"))
    assert answer.status_code == 200
    assert answer.context["form"].errors["pupils"]
    page = answer.content.decode()
    assert "Đến bằng xe buýt" in page
    assert "Một em dùng xe lăn" in page
    assert Booking.objects.count() == 0
    assert Message.objects.count() == 0
    world.session.refresh_from_db()
    assert world.session.seats_taken == 0


def test_what_a_visit_costs_and_how_the_centre_is_reached_is_said_where_a_teacher_decides(world, as_user):
    client, names = as_user(world.hanh), ("session_detail", "session_book")
    addresses = {name: reverse(name, args=[world.session.pk]) for name in names}

    def shown(name: str, prefix: str = "") -> str:
        return main_of(client.get(prefix + addresses[name]))

    for name in names:
        assert "Miễn phí" in shown(name)
        assert "Free of charge" in shown(name, "/en")
    trip = world.session.field_trip
    type(trip).objects.update(price_vnd=20_000)
    type(trip.centre).objects.update(accessibility="Thang máy ở sảnh chính", accessibility_en="A lift in the hall")
    for name in names:
        assert "20.000\u00a0đ" in shown(name) and "Miễn phí" not in shown(name)
        assert "20,000\u00a0VND" in shown(name, "/en")
    assert "Thang máy ở sảnh chính" in shown("session_detail")
    assert "A lift in the hall" in shown("session_detail", "/en")
    type(trip.centre).objects.update(accessibility_en="")
    assert "Thang máy ở sảnh chính" in shown("session_detail", "/en"), "not translated, it is better than nothing"


def test_of_a_class_larger_than_a_group_may_be_as_many_are_filled_in_as_may_come(world, as_user):
    world.class_8a1.enrolments.all().delete()
    large = make_class("8A2", school=world.school, pupils=45, homeroom_teacher=world.hanh)
    client, address = as_user(world.hanh), reverse("session_book", args=[world.session.pk])
    said = "Mỗi đoàn có tối đa 40 học sinh"
    page = client.get(address)
    guess = page.context["form"].initial
    assert (guess["class_group"], guess["pupils"], guess["adults"]) == (large.pk, 40, 2)
    html = page.content.decode()
    assert said in html
    assert 'data-pupils="40"' in html and 'data-pupils="45"' not in html
    assert "8A2 · 45 học sinh" in html, "the class keeps its size"
    assert send(client, world.session, wish(world, class_group=large.pk, pupils="40")).status_code == 302
    Session.objects.filter(pk=world.session.pk).update(capacity=45)
    assert client.get(address).context["form"].initial["pupils"] == 40, "the trip takes no more, however large the room"
    smaller = make_session(trip=world.session.field_trip, starts_at=local(12), capacity=30)
    assert client.get(reverse("session_book", args=[smaller.pk])).context["form"].initial["pupils"] == 30


def test_a_class_of_the_usual_size_is_filled_in_whole_and_nothing_is_said(world, as_user):
    page = as_user(world.hanh).get(reverse("session_book", args=[world.session.pk]))
    assert (page.context["form"].initial["pupils"], page.context["form"].initial["adults"]) == (38, 2)
    assert "Mỗi đoàn có tối đa" not in page.content.decode()


def test_too_few_adults_says_how_many_are_needed(world, as_user):
    answer = send(as_user(world.hanh), world.session, wish(world, adults="1"))
    assert "2" in answer.context["form"].errors["adults"][0]


def test_what_a_person_adds_to_the_form_is_ignored(world, as_user):
    other = make_school("Trường THCS Nguyễn Du")
    extra = {"school": other.pk, "state": "confirmed", "reference": "BD-AAAAA", "leader": world.phuc.pk}
    send(as_user(world.hanh), world.session, wish(world, **extra))
    booking = Booking.objects.get()
    assert (booking.school, booking.state, booking.leader) == (world.school, BookingState.HELD, world.hanh)
    assert booking.reference != "BD-AAAAA"


def test_a_class_of_another_school_cannot_be_chosen(world, as_user):
    answer = send(as_user(world.hanh), world.session, wish(world, class_group=str(world.lams_class.pk)))
    assert answer.context["form"].errors["class_group"]
    assert Booking.objects.count() == 0


def test_every_page_of_a_session_says_the_same_largest_group(world, as_user):
    """The trip takes 40, the session has 30 places: a teacher who prepared 40 would be refused."""
    Session.objects.filter(pk=world.session.pk).update(capacity=30)
    assert refusal_of(world, pupils=31).refusal.code == "group_too_big"
    client = as_user(world.hanh)
    pages = {
        name: main_of(client.get(reverse(name, args=[world.session.pk]))) for name in ("session_detail", "session_book")
    }
    Session.objects.filter(pk=world.session.pk).update(mode=BookingMode.BALLOT)
    Ballot.objects.create(reference="BT-MOT", session=world.session, closes_at=local(3), source_date=local(4).date())
    pages["session_enter"] = main_of(client.get(reverse("session_enter", args=[world.session.pk])))
    for name, page in pages.items():
        assert "tối đa 30" in page.casefold() and "tối đa 40" not in page.casefold(), name


def test_an_accepted_booking_costs_twelve_statements_and_a_refused_one_four(world):
    def statements(act) -> int:
        with CaptureQueriesContext(connection) as captured:
            act()
        return len([query for query in captured if "SAVEPOINT" not in query["sql"]])

    roles_of(world.hanh), roles_of(world.lam)  # the page's gate has read them already
    book(make_session(starts_at=local(20)), world.class_8a1, world.hanh)  # content types are read once a process
    assert statements(lambda: book(world.session, world.class_8a1, world.hanh)) <= 12

    def too_late() -> None:
        with pytest.raises(Refused):
            book(world.session, world.lams_class, world.lam, pupils=3, adults=1)

    assert statements(too_late) <= 4


def test_a_sold_out_session_says_so_at_once_and_one_press_joins_the_list(world, as_user):
    book(world.session, world.class_8a1, world.hanh, pupils=40)
    client = as_user(world.lam)
    typed = wish(world, class_group=str(world.lams_class.pk), idempotency_key="lam-9", pupils="3", adults="1")
    full = send(client, world.session, typed | {"note": "Đến <sớm>"})
    page = full.content.decode()
    assert full.status_code == 200
    assert "session_full.html" in full.templates[0].name
    assert "Đến &lt;sớm&gt;" in page
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    assert hidden["pupils"] == "3"
    send(client, world.session, {name: value for name, value in hidden.items() if name != "note"})
    assert Booking.objects.get(leader=world.lam).state == BookingState.WAITLISTED
    again = send(client, world.session, {name: value for name, value in hidden.items() if name != "note"})
    assert again.url == reverse("booking_detail", args=[Booking.objects.get(leader=world.lam).reference])


def test_the_same_form_of_a_session_that_it_filled_itself_gives_its_own_booking(world, as_user):
    client = as_user(world.hanh)
    first = send(client, world.session, wish(world, pupils="40"))
    assert send(client, world.session, wish(world, pupils="40")).url == first.url
    cancel_booking(booking_id=Booking.objects.get().pk, reason="Lớp có lịch thi", by=world.hanh)
    assert send(client, world.session, wish(world, pupils="40")).url == first.url
    assert Booking.objects.count() == 1
    assert seats_add_up(world.session)


def test_the_second_form_begins_with_the_telephone_of_the_first_and_not_with_its_needs(world, as_user):
    other = make_session(trip=world.session.field_trip, starts_at=local(12))
    client, address = as_user(world.hanh), reverse("session_book", args=[other.pk])
    assert client.get(address).context["form"].initial["contact_phone"] == ""
    send(client, world.session, wish(world, contact_phone="0912 345 678", needs="Một em dùng xe lăn"))
    page = client.get(address)
    assert "912 345 678" in main_of(page) and "xe lăn" not in main_of(page)
    assert as_user(world.lam).get(address).context["form"].initial["contact_phone"] == ""
