"""What two telephones noted about one group at the door is put together, whatever the order in which it arrives."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from itertools import permutations
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone

from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.centres.models import Room
from programs.consents.choices import ConsentPurpose
from programs.consents.models import Consent
from programs.core.audit import history_of
from programs.core.versions import version_of
from programs.pupils.models import Pupil
from programs.visit_days.actions.arrivals import mark_no_show
from programs.visit_days.choices import MarkKind
from programs.visit_days.models import CheckInMark
from programs.visit_days.queries.door import who_came
from programs.visit_days.reading import Mark, credible_time, disputed_marks, merge_marks, right_time
from tests.centres.make import (
    book,
    make_centre,
    make_centre_staff,
    make_session,
    move_session,
    seats_add_up,
    set_roster,
)
from tests.people import give_consent
from tests.visit_days.make import check_in

EIGHT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def mark(name: str, minute: int = 0, **values) -> Mark:
    values = {"kind": MarkKind.FIGURES, "pupils": 30, "girls": 15, "adults": 2} | values
    for key in ("present", "replaces"):
        values[key] = frozenset(values.get(key, ()))
    return Mark(mark_id=name, made_at=EIGHT + timedelta(minutes=minute), **values)


def merged_in_any_order(*marks: Mark, girls=()):
    results = {merge_marks(list(each), girls=girls) for each in permutations(marks)}
    assert len(results) == 1
    return results.pop()


# --- The rule -----------------------------------------------------------------------------------
def test_figures_are_those_of_the_mark_that_was_made_last():
    arrival = merged_in_any_order(mark("a", 0, pupils=30), mark("b", 5, pupils=32), mark("c", 2, pupils=35))
    assert (arrival.pupils, arrival.first_seen) == (32, EIGHT)


def test_a_mark_replaces_what_its_maker_saw_even_when_its_clock_is_behind():
    first = mark("a", 5, kind=MarkKind.NAMES, present={1, 2, 3}, pupils=3, girls=0)
    correction = mark("b", 0, kind=MarkKind.NAMES, present={1, 2}, pupils=2, girls=0, replaces={"a"})
    assert merged_in_any_order(first, correction).present == {1, 2}


def test_names_of_two_devices_are_united_and_never_outnumber_the_pupils():
    left = mark("a", 0, kind=MarkKind.NAMES, present=set(range(1, 20)), pupils=19, girls=9)
    right = mark("b", 1, kind=MarkKind.NAMES, present=set(range(20, 39)), pupils=19, girls=10)
    arrival = merged_in_any_order(left, right, girls=set(range(1, 22)))
    assert (arrival.pupils, arrival.girls, len(arrival.present), arrival.named) == (38, 21, 38, True)


def test_a_pupil_who_was_seen_is_present_until_someone_who_knew_says_otherwise():
    seen, absent = mark("a", 0), mark("b", 5, kind=MarkKind.NO_SHOW)
    assert merged_in_any_order(seen, absent).came
    knowing = mark("c", 6, kind=MarkKind.NO_SHOW, replaces={"a"})
    assert not merged_in_any_order(seen, absent, knowing).came


def test_marks_that_replace_each_other_in_a_circle_do_no_harm():
    arrival = merged_in_any_order(mark("a", 0, replaces={"b"}), mark("b", 1, pupils=31, replaces={"a", "b"}))
    assert arrival.pupils == 31
    assert merge_marks([]) is None


def test_people_who_say_the_same_agree_and_a_later_word_that_saw_both_ends_the_dispute():
    one, same = mark("a", 0), mark("b", 5)
    assert disputed_marks([one, same]) == []
    fewer = mark("c", 6, pupils=28)
    assert [each.mark_id for each in disputed_marks([fewer, same, one])] == ["a", "b", "c"]
    absent = mark("d", 7, kind=MarkKind.NO_SHOW, pupils=0, girls=0, adults=0)
    assert disputed_marks([one, absent]) == [one, absent]
    names = [
        mark(name, 0, kind=MarkKind.NAMES, pupils=2, present=seen) for name, seen in (("e", {1, 2}), ("f", {1, 3}))
    ]
    assert disputed_marks(names) == names
    assert disputed_marks([one, fewer, absent, mark("g", 9, pupils=29, replaces={"a", "c", "d"})]) == []


def test_a_wrong_clock_is_set_right():
    ahead = timedelta(hours=3)
    assert right_time(made_at=EIGHT + ahead, sent_at=EIGHT + ahead + timedelta(minutes=9), now=EIGHT) == (
        EIGHT - timedelta(minutes=9)
    )


def test_a_time_before_the_day_or_after_now_is_the_time_at_which_the_mark_came():
    visit, now = SimpleNamespace(session=SimpleNamespace(starts_at=EIGHT)), EIGHT + timedelta(hours=2)
    day_began = EIGHT - timedelta(hours=8)  # in Vietnam
    for made, counts in (
        (EIGHT, EIGHT),
        (day_began, day_began),
        (day_began - timedelta(seconds=1), now),
        (datetime(2017, 8, 1, tzinfo=UTC), now),
        (now + timedelta(hours=3), now),
    ):
        assert credible_time(made, booking=visit, now=now) == counts


# --- Through HTTP -------------------------------------------------------------------------------
@pytest.fixture
def today(world):
    """8A1 comes today; two pupils must not be photographed, one has no consent to come."""
    world.booking = book(world.session, world.class_8a1, world.hanh, pupils=37, needs="Một em dùng xe lăn")
    world.pupils = [enrolment.pupil_id for enrolment in world.class_8a1.enrolments.all()]
    set_roster(booking_id=world.booking.pk, pupil_ids=world.pupils[:37], by=world.hanh)
    give_consent(*Pupil.objects.filter(pk__in=world.pupils[:36]))
    give_consent(*Pupil.objects.filter(pk__in=world.pupils[:34]), purpose=ConsentPurpose.PHOTO)
    move_session(world.session, timezone.now() - timedelta(seconds=1))
    return world


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def word(today, *, minutes_ago: int = 1, **values) -> dict:
    made = timezone.now() - timedelta(minutes=minutes_ago)
    return {
        "id": str(uuid.uuid4()),
        "booking": today.booking.reference,
        "kind": "names",
        "made_at": milliseconds(made),
        "pupils": 36,
        "girls": 18,
        "adults": 2,
        "present": today.pupils[:36],
        "replaces": [],
    } | values


def send(client, *marks: dict, device: str = "0a0a0a0a-f0f0-1", **head):
    body = {"device": device, "sent_at": milliseconds(timezone.now()), "marks": list(marks)} | head
    return client.post(reverse("door_marks"), json.dumps(body), content_type="application/json")


@pytest.mark.django_db
def test_the_list_has_all_the_device_needs_and_who_must_not_be_photographed(today, as_user):
    data = as_user(today.sen).get(reverse("door_list")).json()
    [group] = data["sessions"][0]["groups"]
    assert group["expected"] == {"pupils": 37, "girls": None, "adults": 2}
    assert (len(group["pupils"]), group["coming"]) == (36, 36)
    assert len(group["no_photo"]) == 2
    assert group["staying"] == [Pupil.objects.get(pk=today.pupils[36]).full_name]
    assert (group["needs"], group["seen"]) == ("Một em dùng xe lăn", [])


@pytest.mark.django_db
def test_a_session_that_nobody_booked_is_not_in_the_way_at_the_door(today, as_user):
    hall = Room.objects.create(centre=today.centre, name="Hội trường", capacity=60)
    empty = make_session(trip=today.session.field_trip, starts_at=today.session.starts_at, room=hall)
    listed = as_user(today.sen).get(reverse("door_list")).json()["sessions"]
    assert [each["room"] for each in listed] == [today.session.room.name]
    Booking.objects.filter(pk=today.booking.pk).update(session=empty)
    listed = as_user(today.sen).get(reverse("door_list")).json()["sessions"]
    assert [each["room"] for each in listed] == ["Hội trường"]


@pytest.mark.django_db
def test_the_same_mark_twice_counts_once(today, as_user):
    client, mark_sent = as_user(today.sen), word(today, minutes_ago=18)
    for _ in range(2):
        answer = send(client, mark_sent).json()
        assert answer["answers"][0]["refused"] == ""
    [group] = answer["list"]["sessions"][0]["groups"]
    assert (group["arrived"]["pupils"], group["seen"]) == (36, [mark_sent["id"]])
    assert not group["arrived"]["late"]
    assert CheckInMark.objects.count() == 1
    today.booking.refresh_from_db()
    assert today.booking.state == BookingState.ATTENDED
    assert today.booking.roster.filter(attended=True).count() == 36
    assert seats_add_up(today.session)


@pytest.mark.django_db
def test_two_devices_record_half_a_class_each_and_a_third_that_nobody_came(today, as_user):
    client = as_user(today.sen)
    left = word(today, minutes_ago=9, present=today.pupils[:18], pupils=18, girls=9)
    right = word(today, minutes_ago=8, present=today.pupils[18:36], pupils=18, girls=9)
    nobody = word(today, minutes_ago=2, kind="no_show", pupils=0, girls=0, adults=0, present=[])
    for sent in (right, nobody, left):
        assert send(client, sent).json()["answers"][0]["refused"] == ""
    today.booking.refresh_from_db()
    assert (today.booking.state, today.booking.arrived_pupils) == (BookingState.ATTENDED, 36)
    assert today.booking.roster.filter(attended=True).count() == 36
    # The page saw all of it: its correction counts, and a phone that sends an old mark late only changes names.
    check_in(booking_id=today.booking.pk, pupils=35, girls=18, adults=1, absent=today.pupils[35:], by=today.sen)
    today.booking.refresh_from_db()
    assert (today.booking.arrived_pupils, today.booking.arrived_adults) == (35, 1)
    send(client, word(today, minutes_ago=15, pupils=20, adults=9, present=today.pupils[:20]))
    today.booking.refresh_from_db()
    assert (today.booking.arrived_pupils, today.booking.arrived_adults) == (35, 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"pupils": 41}, "over_capacity"),
        ({"pupils": 0, "present": [], "girls": 0}, "no_pupils"),
        ({"girls": 37}, "too_many_girls"),
        ({"booking": "BD-XXXXX"}, "unknown"),
        ({"present": [987654]}, "foreign_names"),
        ({"present": "all"}, "unreadable"),
        ({"id": "no identifier"}, "unreadable"),
        ({"pupils": "1e9"}, "unreadable"),
    ],
)
def test_refused_marks_change_nothing_and_say_why(today, as_user, changes, code):
    good = word(today, minutes_ago=5, pupils=36)
    answers = send(as_user(today.sen), word(today, **changes), good).json()["answers"]
    told = {answer["id"]: answer for answer in answers}
    assert told.pop(good["id"])["refused"] == ""
    [refused] = told.values()
    assert refused["refused"] == code
    assert refused["message"]
    today.booking.refresh_from_db()
    assert today.booking.arrived_pupils == 36


@pytest.mark.django_db
def test_a_pupil_whose_consent_was_withdrawn_meanwhile_is_not_written_as_present(today, as_user):
    consent = Consent.objects.get(pupil=today.pupils[0], purpose=ConsentPurpose.TAKE_PART)
    Consent.objects.filter(pk=consent.pk).delete()
    client, sent = as_user(today.sen), word(today)
    assert send(client, sent).json()["answers"][0]["refused"] == "no_consent"
    today.booking.refresh_from_db()
    assert today.booking.arrived_pupils is None
    # The same mark may be sent again once the reason is gone.
    give_consent(Pupil.objects.get(pk=today.pupils[0]))
    assert send(client, sent).json()["answers"][0]["refused"] == ""


@pytest.mark.django_db
def test_only_identifiers_of_marks_are_kept_as_replaced(today, as_user):
    """PostgreSQL refuses a NUL and half a pair in JSON; a device must not make the page fail."""
    seen = str(uuid.uuid4())
    send(as_user(today.sen), word(today, replaces=["\x00", "\ud800", "x" * 36, seen]))
    assert CheckInMark.objects.get().payload["replaces"] == [seen]


@pytest.mark.django_db
def test_a_group_noted_as_absent_takes_back_what_it_confirmed_and_no_more(today, as_user):
    """38 booked, 20 confirmed, and the other 20 places went to another class: the group that comes late fits in."""
    type(today.booking).objects.filter(pk=today.booking.pk).update(
        state=BookingState.CONFIRMED, confirmed_pupils=20, seats=20
    )
    type(today.session).objects.filter(pk=today.session.pk).update(seats_taken=20)
    move_session(today.session, timezone.now() + timedelta(days=9))
    book(today.session, today.lams_class, today.lam, pupils=20)
    move_session(today.session, timezone.now() - timedelta(seconds=1))
    mark_no_show(booking_id=today.booking.pk, by=today.sen)
    check_in(
        booking_id=today.booking.pk, pupils=18, girls=9, adults=2, absent=today.pupils[18:], by=today.sen
    )  # fmt: skip
    today.booking.refresh_from_db()
    assert (today.booking.state, today.booking.seats) == (BookingState.ATTENDED, 20)
    assert seats_add_up(today.session) and today.session.seats_taken == 40


@pytest.mark.django_db
@pytest.mark.parametrize("made_at", [0, 1_501_545_600_000, 9_999_999_999_999])
def test_a_clock_that_cannot_be_makes_nobody_punctual(today, as_user, made_at):
    move_session(today.session, timezone.now() - timedelta(minutes=20))
    assert send(as_user(today.sen), word(today, made_at=made_at)).json()["answers"][0]["refused"] == ""
    today.booking.refresh_from_db()
    assert timezone.now() - today.booking.checked_in_at < timedelta(minutes=1)
    [group] = as_user(today.sen).get(reverse("door_list")).json()["sessions"][0]["groups"]
    assert group["arrived"]["late"]


@pytest.mark.django_db
def test_a_device_whose_clock_stands_at_its_beginning_is_understood(today, as_user):
    nine_minutes = 9 * 60 * 1000
    answer = send(as_user(today.sen), word(today, made_at=1000), sent_at=1000 + nine_minutes)
    assert answer.json()["answers"][0]["refused"] == ""
    age = timezone.now() - CheckInMark.objects.get().made_at
    assert timedelta(minutes=9) <= age < timedelta(minutes=10)


@pytest.mark.django_db
def test_two_who_disagree_are_shown_on_both_phones_and_on_the_page_until_somebody_decides(today, as_user):
    """Chị Sen saw all 36; anh Bảo, who could not see that, saw one fewer. Neither word is lost."""
    bao = make_centre_staff(today.session.field_trip.centre, "Lê Gia Bảo")
    missing = Pupil.objects.get(pk=today.pupils[35])
    send(as_user(today.sen), word(today, minutes_ago=5))
    send(as_user(bao), word(today, minutes_ago=2, pupils=35, girls=17, present=today.pupils[:35]))
    page = reverse("booking_check_in", args=[today.booking.reference])
    for user in (today.sen, bao):
        client = as_user(user)
        [group] = client.get(reverse("door_list")).json()["sessions"][0]["groups"]
        assert [(each["who"], each["pupils"], each["absent"]) for each in group["words"]] == [
            ("Sen", 36, []),
            ("Bảo", 35, [missing.full_name]),
        ]
        assert group["arrived"]["pupils"] == 36  # until then whoever was seen is present
        text = client.get(page).content.decode()
        assert 'id="dispute"' in text and missing.full_name in text
    decided = word(today, minutes_ago=0, pupils=35, girls=17, present=today.pupils[:35], replaces=group["seen"])
    answer = send(as_user(today.sen), decided).json()
    assert answer["list"]["sessions"][0]["groups"][0]["words"] == []
    assert 'id="dispute"' not in as_user(bao).get(page).content.decode()
    today.booking.refresh_from_db()
    assert today.booking.arrived_pupils == 35
    assert not today.booking.roster.get(pupil=missing).attended


@pytest.mark.django_db
def test_a_word_that_came_while_the_page_was_open_is_not_decided_unread(today, as_user):
    bao = make_centre_staff(today.session.field_trip.centre, "Lê Gia Bảo")
    send(as_user(today.sen), word(today, minutes_ago=5))
    read = version_of(who_came(Booking.objects.get(pk=today.booking.pk)))
    # Whom anh Bảo did not see counts as present all the same: the figures stay, and yet there is something to read.
    send(as_user(bao), word(today, minutes_ago=9, pupils=35, girls=17, present=today.pupils[:35]))
    page = reverse("booking_check_in", args=[today.booking.reference])
    figures = {"pupils": 36, "girls": 18, "adults": 2, "present": today.pupils[:36]}
    client = as_user(today.sen)
    refused = client.post(page, figures | {"version": read})
    assert refused.status_code == 200 and 'id="dispute"' in refused.content.decode()
    again = client.post(page, figures | {"version": refused.context["form"]["version"].value()})
    assert again.status_code == 302
    # The same form twice is no dispute.
    assert client.post(page, figures | {"version": read}).status_code == 302


@pytest.mark.django_db
def test_present_against_absent_is_a_dispute_too_and_the_page_decides_it(today, as_user):
    bao = make_centre_staff(today.session.field_trip.centre, "Lê Gia Bảo")
    nobody = word(today, kind="no_show", pupils=0, girls=0, adults=0, present=[])
    send(as_user(bao), nobody)
    send(as_user(today.sen), word(today, minutes_ago=5))
    page = reverse("booking_check_in", args=[today.booking.reference])
    text = as_user(bao).get(page).content.decode()
    assert text.index(">Sen<") < text.index("không đến") and 'id="dispute"' in text
    check_in(booking_id=today.booking.pk, pupils=36, girls=18, adults=2, absent=today.pupils[36:], by=bao)
    assert 'id="dispute"' not in as_user(bao).get(page).content.decode()


@pytest.mark.django_db
def test_a_mark_that_waited_on_a_shared_phone_is_sent_by_another_and_stays_its_makers(today, as_user):
    bao = make_centre_staff(today.session.field_trip.centre, "Lê Gia Bảo")
    maker = as_user(today.sen).get(reverse("door_list")).json()["maker"]
    sent = word(today, maker=maker)
    assert send(as_user(bao), sent).json()["answers"][0]["refused"] == ""
    assert CheckInMark.objects.get().by == today.sen
    today.booking.refresh_from_db()
    assert today.booking.checked_in_by == today.sen
    assert history_of(today.booking).get(action="booking.mark_carried").user == bao
    # The answer got lost and its maker comes back to the phone: it counts once.
    assert send(as_user(today.sen), sent | {"maker": ""}).json()["answers"][0]["refused"] == ""
    assert CheckInMark.objects.count() == 1


@pytest.mark.django_db
def test_nobody_speaks_for_another_without_the_word_of_the_list_or_from_elsewhere(today, as_user):
    bao = make_centre_staff(today.session.field_trip.centre, "Lê Gia Bảo")
    stranger = make_centre_staff(make_centre("Trung tâm Dĩ An"), "Phan Văn Tài")
    maker = as_user(today.sen).get(reverse("door_list")).json()["maker"]
    for user, token in ((bao, f"{today.sen.pk}:1:x"), (bao, maker[:-1]), (stranger, maker)):
        assert send(as_user(user), word(today, maker=token)).json()["answers"][0]["refused"] == "not_yours"
    theirs = as_user(stranger).get(reverse("door_list")).json()["maker"]
    own, other = word(today), word(today, maker=theirs)
    answers = {each["id"]: each for each in send(as_user(bao), other, own).json()["answers"]}
    assert (answers[own["id"]]["refused"], answers[other["id"]]["refused"]) == ("", "not_allowed")
    assert answers[other["id"]]["message"]
    today.sen.is_active = False
    today.sen.save()
    assert send(as_user(bao), word(today, maker=maker)).json()["answers"][0]["refused"] == "not_yours"


@pytest.mark.django_db
def test_a_mark_of_a_group_that_cancelled_meanwhile_hears_the_true_reason(today, as_user):
    """It was refused on the very day with the sentence that a group is checked in on the day."""
    Booking.objects.filter(pk=today.booking.pk).update(state=BookingState.CANCELLED_BY_SCHOOL)
    [answer] = send(as_user(today.sen), word(today)).json()["answers"]
    assert today.booking.reference in answer["message"]
    assert str(BookingState.CANCELLED_BY_SCHOOL.label) in answer["message"]


@pytest.mark.django_db
def test_the_list_belongs_to_a_person_and_a_day_and_every_page_says_whose_it_is(today, as_user, client):
    assert 'data-user=""' in client.get(reverse("account_login")).content.decode()
    data = as_user(today.sen).get(reverse("door_list")).json()
    tomorrow = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    assert (data["user"], data["name"]) == (str(today.sen.pk), "Sen")
    assert milliseconds(timezone.now()) - 60_000 < data["now"] < data["until"] <= milliseconds(tomorrow)
    assert data["day"] == f"{timezone.localdate():%Y-%m-%d}"
    desk = as_user(today.sen).get(reverse("desk")).content.decode()
    assert f'data-user="{today.sen.pk}"' in desk and f'data-day="{data["day"]}"' in desk
    # Only the page that works offline does not: the device keeps it for whoever comes.
    assert "data-user" not in as_user(today.sen).get(reverse("door")).content.decode()


@pytest.mark.django_db
def test_strangers_and_nonsense_get_nowhere(today, as_user, client):
    for answer in (send(client, word(today)), client.get(reverse("door_list"))):
        assert answer["Location"].startswith("/accounts/login/")
    stranger = make_centre_staff(make_centre("Trung tâm Dĩ An"), "Phan Văn Tài")
    assert send(as_user(stranger), word(today)).json()["answers"][0]["refused"] == "unknown"
    assert as_user(stranger).get(reverse("door_list")).json()["sessions"] == []
    for user in (today.hanh, today.lam):
        for name in ("door", "door_list"):
            assert as_user(user).get(reverse(name)).status_code == 404
        assert send(as_user(user), word(today)).status_code == 404
    sen = as_user(today.sen)
    for body in ("[]", "{}", "[" * 5000, '{"device": "x", "sent_at": 1, "marks": []}'):
        assert sen.post(reverse("door_marks"), body, content_type="application/json").status_code == 400
    assert send(sen, *[{}] * 201).status_code == 400
    [answer] = send(sen, word(today, booking="\ud800")).json()["answers"]
    assert answer["refused"] == "unreadable"
    assert not CheckInMark.objects.exists()


@pytest.mark.django_db
def test_the_page_kept_by_the_device_contains_no_personal_data(today, as_user):
    client = as_user(today.sen)
    page = client.get(reverse("door")).content.decode()
    for secret in (today.sen.full_name, today.school.name, today.booking.reference, "csrfmiddlewaretoken"):
        assert secret not in page
    worker = client.get(reverse("door_worker"))
    assert worker["Service-Worker-Allowed"] == "/"
    assert reverse("door") in worker.content.decode()
    assert client.get(reverse("door_manifest")).json()["scope"] == reverse("door")
