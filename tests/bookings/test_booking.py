"""Booking through the front door, as cô Hạnh does it, and as a careless or an impatient person does."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from icalendar import Calendar

from programs.ballots.models import Ballot
from programs.bookings.actions.booking import book_session, cancel_booking
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.bookings.queries import session_to_book
from programs.centres.choices import BookingMode, WaitingPolicy
from programs.centres.models import Season, SeasonOpening, Session
from programs.core.dates import short_moment
from programs.core.models import Holiday
from programs.core.refusals import Refused
from programs.notices.models import Message
from programs.schools.choices import SchoolState
from programs.schools.queries.roles import roles_of
from tests.centres.make import book, complete, local, make_group, make_session, make_trip, seats_add_up
from tests.pages import main_of, version_at
from tests.people import make_administrator, make_class, make_cluster, make_school, make_teacher, make_year

pytestmark = pytest.mark.django_db


def key_of(response) -> str:
    return re.search(r'name="idempotency_key" value="([^"]+)"', response.content.decode())[1]


def wish(world, **changes) -> dict:
    return {
        "class_group": str(world.class_8a1.pk),
        "pupils": "38",
        "adults": "2",
        "contact_phone": "0912 345 678",
        "needs": "Một em dùng xe lăn",
        "note": "",
        "idempotency_key": "hanh-1",
    } | changes


def send(client: Client, session: Session, data: dict):
    return client.post(reverse("session_book", args=[session.pk]), data)


def refusal_of(world, **changes) -> Refused:
    with pytest.raises(Refused) as caught:
        book(changes.pop("session", world.session), changes.pop("class_group", world.class_8a1), world.hanh, **changes)
    return caught.value


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


@pytest.mark.parametrize("pupils", ["41", "0", "-1", "1000000000", "1e9", "4０", "40.0", "", "ba mươi", "40,5"])
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


@pytest.mark.parametrize("wait", [False, True])
@pytest.mark.parametrize(
    "change",
    [{"mode": "ballot"}, {"state": "cancelled"}, {"starts_at": local(12), "ends_at": local(12, 11)}],
)
def test_nobody_books_a_session_that_was_changed_since_it_was_read(world, change, wait):
    """The letter would name the old time, or the places would be those of a draw."""
    fresh = session_to_book(world.hanh, world.session.pk, key="k")
    Session.objects.filter(pk=world.session.pk).update(**change)
    with pytest.raises(Refused) as refused:
        book_session(
            session=fresh,
            group=make_group(world.class_8a1, pupils=30),
            by=world.hanh,
            key="k",
            wait_if_full=wait,
        )
    assert refused.value.refusal.code == "session_changed"
    assert not Booking.objects.exists() and seats_add_up(world.session)


def test_a_number_that_no_session_can_have_is_not_found(world, as_user):
    assert as_user(world.hanh).get(reverse("session_book", args=[2**63])).status_code == 404


def test_only_the_servers_clock_counts(world):
    opens = world.session.booking_opens_at
    closes = world.session.booking_closes_at
    for moment, code in [
        (opens - timedelta(seconds=1), "not_open_yet"),
        (closes, "booking_closed"),
        (closes + timedelta(seconds=1), "booking_closed"),
        (world.session.starts_at, "session_past"),
    ]:
        with time_machine.travel(moment, tick=False):
            refusal = refusal_of(world).refusal
            assert refusal.code == code
            assert "(+07:00)" in refusal.message
    with time_machine.travel(closes - timedelta(seconds=1), tick=False):
        assert book(world.session, world.class_8a1, world.hanh).state == BookingState.HELD


def test_the_time_in_a_refusal_is_vietnams(world):
    Session.objects.filter(pk=world.session.pk).update(booking_opens_at=local(1, hour=8))
    assert f"08:00 {local(1):%d/%m/%Y} (+07:00)" in refusal_of(world).refusal.message


def test_a_session_after_new_year_is_booked_in_its_own_school_year(world):
    year = timezone.localdate().year
    with time_machine.travel(timezone.datetime(year, 12, 20, 9, tzinfo=timezone.get_current_timezone()), tick=False):
        session = make_session(starts_at=local(20))
        assert timezone.localtime(session.starts_at).year == year + 1
        school_year = world.class_8a1.school_year
        assert school_year.starts_on <= timezone.localtime(session.starts_at).date() <= school_year.ends_on
        assert book(session, world.class_8a1, world.hanh).state == BookingState.HELD


def test_nobody_books_on_a_holiday(world):
    day = timezone.localtime(world.session.starts_at).date()
    Holiday.objects.create(name="Tết Nguyên đán", starts_on=day - timedelta(days=3), ends_on=day)
    assert refusal_of(world).refusal.code == "holiday"
    assert seats_add_up(world.session)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"pupils": 41}, "group_too_big"),
        ({"adults": 1}, "too_few_adults"),
        ({"pupils": 0}, "no_pupils"),
    ],
)
def test_the_action_itself_refuses_groups_that_do_not_fit(world, changes, code):
    assert refusal_of(world, **changes).refusal.code == code


def test_grades_outside_the_trip_are_refused_and_not_offered(world, as_user):
    class_5a = make_class("5A", school=world.school, pupils=30)
    assert refusal_of(world, class_group=class_5a).refusal.code == "wrong_grade"
    page = as_user(world.hanh).get(reverse("session_book", args=[world.session.pk]))
    assert f'value="{class_5a.pk}"' not in page.content.decode()


def test_a_school_that_is_not_verified_cannot_book(world):
    world.school.state = SchoolState.SUSPENDED
    world.school.save()
    world.class_8a1.school = make_stale(world.school)
    roles_are_old = world.hanh  # signed in before the suspension: the fresh row decides
    with pytest.raises(Refused) as caught:
        book_session(
            session=session_to_book(roles_are_old, world.session.pk),
            group=make_group(world.class_8a1),
            by=roles_are_old,
            key="k",
        )
    assert caught.value.refusal.code == "school_not_working"
    assert seats_add_up(world.session)


def make_stale(school):
    """The school as a form read it a moment ago."""
    stale = type(school).objects.get(pk=school.pk)
    stale.state = SchoolState.ACTIVE
    return stale


def test_a_class_is_booked_once_and_never_in_two_places_at_once(world):
    first = book(world.session, world.class_8a1, world.hanh, pupils=10, adults=1)
    again = refusal_of(world, pupils=10, adults=1).refusal
    assert again.code == "class_already_booked"
    assert first.reference in again.message
    elsewhere = make_session(starts_at=world.session.starts_at + timedelta(hours=1))
    busy = refusal_of(world, session=elsewhere).refusal
    assert busy.code == "class_busy"
    assert first.reference in busy.message
    assert seats_add_up(elsewhere)


def test_one_school_cannot_take_everything(world):
    world.centre.bookings_per_school = 2
    world.centre.save()
    for number in range(2):
        session = make_session(trip=world.session.field_trip, starts_at=local(12 + number))
        book(session, world.class_8a1, world.hanh)
    assert refusal_of(world).refusal.code == "school_limit"
    assert book(world.session, world.lams_class, world.lam, pupils=3, adults=1).state == BookingState.HELD


def test_a_cancelled_session_says_so(world, as_user):
    Session.objects.filter(pk=world.session.pk).update(state="cancelled")
    assert refusal_of(world).refusal.code == "session_cancelled"
    page = as_user(world.hanh).get(reverse("session_detail", args=[world.session.pk]))
    assert page.context["refusal"].code == "session_cancelled"


def test_one_group_sessions_take_one_group(world):
    session = make_session(one_group=True, capacity=40)
    book(session, world.lams_class, world.lam, pupils=3, adults=1)
    session.refresh_from_db()
    assert session.seats_left == 0
    assert refusal_of(world, session=session).refusal.code == "full"


def test_an_overtaken_booking_reads_what_is_left_now(world):
    read_before = session_to_book(world.hanh, world.session.pk)
    Session.objects.filter(pk=world.session.pk).update(seats_taken=39)
    with translation.override("en"), pytest.raises(Refused) as caught:
        book_session(
            session=read_before,
            group=make_group(world.class_8a1),
            by=world.hanh,
            key="overtaken",
        )
    assert caught.value.refusal.message.startswith("Only 1 place is left")


def test_a_group_that_comes_when_it_is_full_may_wait_and_moves_up_once(world, as_user, outbox_sent):
    first = book(world.session, world.class_8a1, world.hanh)
    client = as_user(world.lam)
    form = wish(world, class_group=str(world.lams_class.pk), idempotency_key="lam-1", pupils="3", adults="1")
    full = send(client, world.session, form)
    assert "2" in full.context["form"].errors["pupils"][0]  # two places are left, and it says so
    assert Booking.objects.count() == 1

    send(client, world.session, form | {"wait_if_full": "on"})
    waiting = Booking.objects.get(leader=world.lam)
    assert waiting.state == BookingState.WAITLISTED
    page = client.get(reverse("booking_detail", args=[waiting.reference]))
    assert page.context["waiting_place"] == 1
    assert len(outbox_sent()) == 2

    hanh = as_user(world.hanh)
    cancel = reverse("booking_cancel", args=[first.reference])
    for _ in range(2):  # pressed twice
        hanh.post(cancel, {"reason": "Lớp bận kiểm tra"})
    waiting.refresh_from_db()
    first.refresh_from_db()
    assert waiting.state == BookingState.OFFERED
    assert first.state == BookingState.CANCELLED_BY_SCHOOL
    assert seats_add_up(world.session)
    assert world.session.seats_taken == 3
    letters = outbox_sent()
    assert [letter.to[0] for letter in letters[2:]] == [world.hanh.email, world.lam.email]
    entry = Calendar.from_ical(letters[2].attachments[0][1])
    assert entry["METHOD"] == "CANCEL"
    assert entry.walk("VEVENT")[0]["SEQUENCE"] == 1


def test_strict_order_lets_nobody_overtake(world):
    Session.objects.filter(pk=world.session.pk).update(waiting_policy=WaitingPolicy.STRICT)
    book(world.session, world.class_8a1, world.hanh, pupils=20, adults=1)
    big = make_class("8C", school=world.school)
    book(world.session, big, world.hanh, pupils=30, adults=2, wait_if_full=True)
    with pytest.raises(Refused) as caught:
        book(world.session, world.lams_class, world.lam, pupils=3, adults=1)
    assert caught.value.refusal.code == "full"
    assert "có đoàn khác đang chờ" in caught.value.refusal.message  # the page shows 20 places left: it is not full


def test_thay_lam_of_another_school_finds_nothing(world, as_user):
    booking = book(world.session, world.class_8a1, world.hanh)
    client = as_user(world.lam)
    for name in ["booking_detail", "booking_cancel", "booking_confirm", "booking_roster", "booking_calendar"]:
        address = reverse(name, args=[booking.reference])
        assert client.get(address).status_code == 404, name
        missing = client.get(address.replace(booking.reference, "BD-22222"))
        assert missing.status_code == 404
    assert client.post(reverse("booking_cancel", args=[booking.reference]), {"reason": "x"}).status_code == 404
    booking.refresh_from_db()
    assert booking.state == BookingState.HELD


def test_a_colleague_may_look_but_not_touch(world, as_user):
    booking = book(world.session, world.class_8a1, world.hanh)
    colleague = make_teacher("Vũ Thị Lan", school=world.school)
    client = as_user(colleague)
    page = client.get(reverse("booking_detail", args=[booking.reference]))
    assert page.status_code == 200
    assert reverse("booking_cancel", args=[booking.reference]) not in page.content.decode()
    assert client.get(reverse("booking_cancel", args=[booking.reference])).status_code == 403
    assert client.post(reverse("booking_confirm", args=[booking.reference]), {}).status_code == 403
    assert as_user(world.phuc).get(reverse("booking_cancel", args=[booking.reference])).status_code == 200


def test_confirming_happens_once_and_is_announced_once(world, as_user, outbox_sent):
    booking = book(world.session, world.class_8a1, world.hanh)
    complete(booking, world.phuc)
    before = len(outbox_sent())
    client = as_user(world.hanh)
    for _ in range(2):
        client.post(reverse("booking_confirm", args=[booking.reference]))
    booking.refresh_from_db()
    assert booking.state == BookingState.CONFIRMED
    assert len(outbox_sent()) == before + 1


def test_the_leader_names_the_participants_of_the_class_only(world, as_user):
    booking = book(world.session, world.class_8a1, world.hanh, pupils=37)
    client = as_user(world.hanh)
    address = reverse("booking_roster", args=[booking.reference])
    form = client.get(address).context["form"]
    pupils = [pupil.pk for pupil in client.get(address).context["pupils"]]
    assert len(pupils) == 38 and form["pupils"].value() == pupils[:37]  # the usual case is one press
    stranger = world.lams_class.enrolments.first().pupil_id
    for chosen, status in [(pupils, 200), ([stranger], 200), (pupils[:37], 302)]:
        answer = client.post(address, {"pupils": chosen, "version": form["version"].value()})
        assert answer.status_code == status
    assert booking.roster.count() == 37
    stale = client.post(address, {"pupils": pupils[:4], "version": form["version"].value()})
    assert stale.context["form"].differences and booking.roster.count() == 37
    client.post(address, {"pupils": pupils[:5], "version": version_at(client, address)})
    assert booking.roster.count() == 5


def test_the_calendar_entry_carries_the_time_zone(world, as_user):
    booking = book(world.session, world.class_8a1, world.hanh)
    answer = as_user(world.hanh).get(reverse("booking_calendar", args=[booking.reference]))
    assert answer["Content-Type"] == "text/calendar"
    assert b"TZID:Asia/Ho_Chi_Minh" in answer.content
    entry = Calendar.from_ical(answer.content)
    assert entry["METHOD"] == "PUBLISH"
    event = entry.walk("VEVENT")[0]
    assert event["SUMMARY"] == world.session.field_trip.title
    assert event["LOCATION"].endswith(world.centre.address)  # commas and accents come back whole


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_with_one_and_three_rows(world, as_user, rows, django_assert_num_queries):
    for number in range(rows):
        session = make_session(trip=make_trip(f"Chuyến {number}", centre=world.centre), starts_at=local(11 + number))
        book(session, world.class_8a1, world.hanh)
    client = as_user(world.hanh)
    client.get(reverse("booking_list"))
    with django_assert_num_queries(LIST_QUERIES):
        page = client.get(reverse("booking_list"))
    assert page.content.decode().count('<th scope="row">') == rows


LIST_QUERIES = 11  # 2 of the session and its user, 2 of the roles, 1 of the posts, 4 of the page, 2 of the frame


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


def test_a_season_gives_each_school_its_turn(world):
    now = timezone.now()
    season = Season.objects.create(
        code="hk1", name="Học kỳ I", school_year=make_year(), bookings_per_school=1,
        opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=90),
    )  # fmt: skip
    Session.objects.filter(pk=world.session.pk).update(season=season)
    later = make_session(trip=world.session.field_trip, starts_at=local(12), season=season)
    outside = make_session(trip=world.session.field_trip, starts_at=local(13))
    first = book(world.session, world.class_8a1, world.hanh, pupils=10)
    with translation.override("en"):
        refusal = refusal_of(world, session=later).refusal
    assert refusal.code == "season_limit"
    assert "1 bookings" in refusal.message
    assert book(outside, world.class_8a1, world.hanh, pupils=10).seats == 10
    cancel_booking(booking_id=first.pk, reason="Lớp có lịch thi", by=world.hanh)
    assert book(later, world.class_8a1, world.hanh, pupils=10).seats == 10


def test_a_season_opens_cluster_by_cluster(world):
    now = timezone.now()
    season = Season.objects.create(
        code="hk1", name="Học kỳ I", school_year=make_year(),
        opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=90),
    )  # fmt: skip
    world.school.cluster = make_cluster()
    world.school.save()
    opens_at = now + timedelta(hours=3)
    SeasonOpening.objects.create(season=season, cluster=world.school.cluster, opens_at=opens_at)
    Session.objects.filter(pk=world.session.pk).update(season=season)
    refusal = refusal_of(world).refusal
    assert refusal.code == "not_open_yet"
    assert "+07:00" in refusal.message
    assert book(world.session, world.lams_class, world.lam, pupils=3, adults=1).seats == 3  # another cluster
    with time_machine.travel(opens_at + timedelta(seconds=1), tick=False):
        assert book(world.session, world.class_8a1, world.hanh, pupils=10).seats == 10


def test_before_the_opening_a_draft_is_kept_and_the_portals_clock_shown(world, as_user):
    now = timezone.now()
    Session.objects.filter(pk=world.session.pk).update(booking_opens_at=now + timedelta(hours=1))
    client = as_user(world.hanh)
    page = reverse("session_book", args=[world.session.pk])
    assert "data-clock" in client.get(page).content.decode()
    assert send(client, world.session, wish(world, draft="1", pupils="37", note="Đến bằng xe buýt")).url == page
    assert Booking.objects.count() == 0
    early = send(client, world.session, wish(world, pupils="37"))
    assert early.context["form"].errors
    with time_machine.travel(now + timedelta(hours=1, seconds=1), tick=False):
        opened = client.get(page)
        assert opened.context["form"]["pupils"].value() == "37"
        assert "Đến bằng xe buýt" in opened.content.decode()
        assert "data-clock" not in opened.content.decode()
        send(client, world.session, wish(world, pupils="37"))
        assert Booking.objects.get().pupils == 37
        assert not client.get(page).context["has_draft"]


def test_another_person_sees_no_draft(world, as_user):
    Session.objects.filter(pk=world.session.pk).update(booking_opens_at=timezone.now() + timedelta(hours=1))
    send(as_user(world.hanh), world.session, wish(world, draft="1", note="Riêng của cô Hạnh"))
    page = as_user(world.lam).get(reverse("session_book", args=[world.session.pk]))
    assert "Riêng của cô Hạnh" not in page.content.decode()


def test_a_cluster_that_comes_later_reads_its_own_time(world, as_user):
    now = timezone.now()
    season = Season.objects.create(
        code="hk2", name="Học kỳ II", school_year=make_year(),
        opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=90),
    )  # fmt: skip
    world.school.cluster = make_cluster()
    world.school.save()
    SeasonOpening.objects.create(season=season, cluster=world.school.cluster, opens_at=now + timedelta(hours=3))
    Session.objects.filter(pk=world.session.pk).update(season=season)
    page = as_user(world.hanh).get(reverse("session_book", args=[world.session.pk]))
    assert page.context["refusal"].code == "not_open_yet"
    assert page.context["may_draft"]


def test_the_back_office_only_looks_at_sessions(world, client):
    client.force_login(make_administrator())
    address = reverse("admin:centres_session_change", args=[world.session.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"capacity": "500"}).status_code == 403
    assert client.get(reverse("admin:centres_session_add")).status_code == 403


def test_the_list_says_until_when_and_shows_one_class_alone(world, as_user):
    """Cô Hạnh has five classes: she looks for what is due, and for all of 8A2."""
    other = make_class("8A2", school=world.school, homeroom_teacher=world.hanh)
    mine = book(world.session, world.class_8a1, world.hanh, pupils=20, adults=1)
    theirs = book(
        make_session(trip=world.session.field_trip, starts_at=local(12)), other, world.hanh, pupils=10, adults=1
    )
    client, address = as_user(world.hanh), reverse("booking_list")
    page = client.get(address)
    assert f"trước {short_moment(mine.papers_due_at)}" in main_of(page)
    alone = client.get(address, {"class": other.pk, "state": "upcoming"})
    assert [booking.pk for booking in alone.context["page"].object_list] == [theirs.pk]
    assert f"class={other.pk}" in main_of(alone), "the tabs keep the class"
    everything = client.get(address, {"class": world.lams_class.pk})
    assert len(everything.context["page"].object_list) == 2, "another school's class narrows nothing"


def test_the_second_form_begins_with_the_telephone_of_the_first_and_not_with_its_needs(world, as_user):
    other = make_session(trip=world.session.field_trip, starts_at=local(12))
    client, address = as_user(world.hanh), reverse("session_book", args=[other.pk])
    assert client.get(address).context["form"].initial["contact_phone"] == ""
    send(client, world.session, wish(world, contact_phone="0912 345 678", needs="Một em dùng xe lăn"))
    page = client.get(address)
    assert "912 345 678" in main_of(page) and "xe lăn" not in main_of(page)
    assert as_user(world.lam).get(address).context["form"].initial["contact_phone"] == ""
