"""A season's places are drawn: schools enter with wishes, the list and a hash go out, two people draw, all hear once."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime, timedelta
from hashlib import sha256

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from programs.ballots.actions import entries, results, running, upkeep
from programs.ballots.actions.frozen import take_out_session
from programs.ballots.actions.results import start_sending
from programs.ballots.choices import BallotState, EntryOutcome
from programs.ballots.models import Ballot, BallotEntry
from programs.ballots.rules.fair import FACTORS, commitment_to, seed_of
from programs.bookings.actions.booking import cancel_booking
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking, Group
from programs.centres.choices import BookingMode, SessionState
from programs.centres.models import Season, Session
from programs.core import references
from programs.core.refusals import Refused
from programs.core.versions import version_of
from programs.core.worker import run_due_jobs
from programs.notices.models import Message
from programs.schools.choices import OfficeRole, SchoolState
from programs.schools.models import Area, School
from programs.timetables.actions import sessions as changes
from tests.ballots import make
from tests.ballots.make import DIGITS, SOURCE, terms, time_is_over
from tests.ballots.test_ballot_rules import run_script
from tests.centres.make import (
    book,
    local,
    make_centre,
    make_group,
    make_manager,
    make_session,
    make_trip,
    move_session,
    seats_add_up,
)
from tests.core.collisions import each_code_twice
from tests.pages import main_of
from tests.people import (
    enrol_second_factor,
    make_class,
    make_cluster,
    make_coordinator,
    make_officer,
    make_school,
    make_teacher,
    make_ward,
    make_year,
)  # fmt: skip

pytestmark = pytest.mark.django_db
PHONE = "+84912345678"


def make_season(**fields) -> Season:
    now = timezone.now()
    values = {"opens_at": now - timedelta(days=1), "closes_at": now + timedelta(days=90), "bookings_per_school": 2}
    year = make_year(timezone.localdate())
    return Season.objects.create(
        code="HK2", name="Học kỳ II", school_year=year, mode=BookingMode.BALLOT, **values | fields
    )


@pytest.fixture
def world(world):
    """The department's chị Huy draws the season of three sessions; chị Nga manages the centre."""
    world.huy = make_officer()
    world.nga = enrol_second_factor(make_manager(world.centre, "Bùi Thị Nga"))
    world.season = make_season()
    Session.objects.filter(pk=world.session.pk).update(season=world.season)
    trip = world.session.field_trip
    make = lambda day: make_session(trip=trip, starts_at=local(day), season=world.season)  # noqa: E731
    world.sessions = [Session.objects.get(pk=world.session.pk), make(11), make(12)]
    world.session = world.sessions[0]
    return world


def opened(world, **fields) -> Ballot:
    values = {"season": world.season, "terms": terms(), "by": world.huy, "key": "mo"}
    return running.open_ballot(**values | fields)


def group(class_group, pupils: int = 30, **fields) -> Group:
    return make_group(class_group, pupils=pupils, **fields)


def enter(ballot, sessions, class_group, by, *, pupils: int = 30, wait_if_lost: bool = False, **fields) -> BallotEntry:
    """``sessions`` are the wishes of the class, or its only one."""
    wishes = [each.pk for each in (sessions if isinstance(sessions, list) else [sessions])]
    return entries.enter_ballot(
        ballot_id=ballot.pk,
        wishes=wishes,
        group=group(class_group, pupils, **fields),
        wait_if_lost=wait_if_lost,
        by=by,
        key=f"{wishes}-{class_group.pk}",
    )


def change(entry: BallotEntry, changed: Group, by) -> BallotEntry:
    """As the page does that was opened just now."""
    entry = BallotEntry.objects.get(pk=entry.pk)
    version = version_of(entry.said)
    return entries.change_entry(entry_id=entry.pk, wishes=entry.wished, group=changed, version=version, by=by)


def schools_enter(ballot, session, count: int, **fields) -> list[BallotEntry]:
    found = []
    for number in range(count):
        school = make_school(f"Trường THCS số {number}")
        staff = school.memberships.first()
        teacher = staff.user if staff else make_teacher(f"Nguyễn Thị {number}", school=school)
        class_group = make_class(f"8A{session.pk}", school=school)
        found.append(enter(ballot, session, class_group, teacher, **fields))
    return found


def closed(world, ballot: Ballot) -> Ballot:
    time_is_over(ballot)
    return running.close_ballot(ballot_id=ballot.pk, by=world.huy)


def drawn(world, ballot: Ballot) -> Ballot:
    closed(world, ballot)
    return make.draw(ballot)


def sent(world, ballot: Ballot) -> Ballot:
    drawn(world, ballot)
    return make.send(ballot)


def test_a_sending_in_which_references_repeat_is_whole(world, monkeypatch):
    """Winners and those who wait get another reference; nobody's result falls out."""
    ballot = opened(world)
    schools_enter(ballot, world.session, 3, pupils=20, wait_if_lost=True)
    drawn(world, ballot)
    monkeypatch.setattr(references, "random_code", each_code_twice())
    make.send(ballot)
    booked = Booking.objects.order_by("reference").values_list("reference", flat=True)
    assert list(booked) == ["BD-AAAAA", "BD-BBBBB", "BD-CCCCC"]
    assert seats_add_up(world.session)


def refusal(act) -> tuple[str, str | None]:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.refusal.code, caught.value.refusal.field


def outcomes(ballot: Ballot) -> dict[int, tuple[str, str]]:
    return {each.number: (each.outcome, each.reason) for each in ballot.entries.all()}


# --- Opening ------------------------------------------------------------------------------------
def test_a_season_opens_by_ballot_and_its_sessions_no_longer_take_bookings(world):
    ballot = opened(world)
    assert opened(world).pk == ballot.pk  # the same form again
    assert set(Session.objects.values_list("mode", flat=True)) == {BookingMode.BALLOT}
    act = lambda: book(world.session, world.class_8a1, world.hanh)  # noqa: E731
    assert refusal(act) == ("by_ballot", None)
    assert not Booking.objects.exists()


def test_a_season_with_a_ballot_keeps_its_way_of_giving_places(world, as_user):
    Season.objects.filter(pk=world.season.pk).update(opens_at=local(5))  # what is not drawn is booked from then on
    opened(world)
    schools_enter(Ballot.objects.get(), world.session, 1)
    address = reverse("season_edit", args=[world.season.pk])
    form = as_user(world.huy).get(address).context["form"]
    assert form["name"].label == "Tên mùa tham quan"
    typed = {name: form[name].value() or "" for name in form.fields}
    typed |= {"opens_at": f"{local(5):%d/%m/%Y %H:%M}", "closes_at": f"{local(80):%d/%m/%Y %H:%M}"}
    answer = as_user(world.huy).post(address, typed | {"mode": "first_come"})
    assert answer.context["form"].errors["mode"]
    world.session.refresh_from_db()
    assert world.session.mode == BookingMode.BALLOT
    assert as_user(world.huy).post(address, typed | {"name": "Học kỳ hai"}).status_code == 302


@pytest.mark.parametrize(
    ("code", "arrange"),
    [
        ("has_bookings", lambda world: book(world.session, world.class_8a1, world.hanh)),
        ("has_ballot", lambda world: opened(world, key="other")),
        ("no_sessions", lambda world: Session.objects.update(state=SessionState.CANCELLED)),
        ("closes_late", lambda world: move_session(world.session, timezone.now() + timedelta(days=1))),
    ],
)
def test_what_cannot_be_drawn(world, code, arrange):
    arrange(world)
    assert refusal(lambda: opened(world))[0] == code


def test_a_manager_draws_sessions_of_their_own_centre_and_the_department_all(world):
    with pytest.raises(PermissionDenied):
        opened(world, by=world.nga)
    alone = make_session(trip=world.session.field_trip, starts_at=local(20))
    ballot = opened(world, season=None, session=alone, by=world.nga)
    assert Session.objects.get(pk=alone.pk).mode == BookingMode.BALLOT
    foreign = make_session(trip=make_trip(centre=make_centre("Trung tâm Dĩ An")), starts_at=local(20))
    with pytest.raises(PermissionDenied):
        opened(world, season=None, session=foreign, by=world.nga, key="2")
    assert ballot.reference.startswith("BT-")
    with pytest.raises(PermissionDenied):
        opened(world, by=world.hanh, key="3")


# --- Entering -----------------------------------------------------------------------------------
def test_a_class_has_one_entry_in_a_ballot_with_its_wishes_in_order(world):
    ballot = opened(world)
    first = enter(ballot, world.sessions[:2], world.class_8a1, world.hanh)
    assert enter(ballot, world.sessions[:2], world.class_8a1, world.hanh).pk == first.pk
    assert first.wished == [each.pk for each in world.sessions[:2]]
    again = lambda: enter(ballot, world.sessions[2], world.class_8a1, world.hanh)  # noqa: E731
    assert refusal(again) == ("entered_twice", "class_group")
    wishes = [world.sessions[2].pk, world.session.pk]
    version = version_of(BallotEntry.objects.get().said)
    how = {"entry_id": first.pk, "group": group(world.class_8a1), "version": version, "by": world.hanh}
    entries.change_entry(wishes=wishes, **how)
    assert BallotEntry.objects.get().wished == wishes
    assert refusal(lambda: entries.change_entry(wishes=wishes[:1], **how))[0] == "changed_meanwhile"


@pytest.mark.parametrize(
    ("places", "expected"),
    [([], ("no_wishes", "wish_1")), ([0, 0], ("wished_twice", "wish_2")), ([0, 3], ("not_in_ballot", "wish_2"))],
)
def test_wishes_that_cannot_be(world, places, expected):
    ballot = opened(world)
    sessions = [*world.sessions, make_session(trip=world.session.field_trip, starts_at=local(30))]
    wishes = [sessions[place] for place in places]
    assert refusal(lambda: enter(ballot, wishes, world.class_8a1, world.hanh)) == expected


@pytest.mark.parametrize(
    ("code", "arrange", "fields"),
    [
        ("entries_closed", lambda world, ballot: time_is_over(ballot), {}),
        ("session_cancelled", lambda world, ballot: None, {}),
        ("group_too_big", lambda world, ballot: None, {"pupils": 41}),
        ("no_pupils", lambda world, ballot: None, {"pupils": 0}),
    ],
)
def test_what_cannot_be_entered(world, code, arrange, fields):
    ballot = opened(world)
    arrange(world, ballot)
    if code == "session_cancelled":
        Session.objects.filter(pk=world.session.pk).update(state=SessionState.CANCELLED)
        code = "not_in_ballot"
    assert refusal(lambda: enter(ballot, world.session, world.class_8a1, world.hanh, **fields))[0] == code


def test_entering_needs_ones_own_school_and_a_session_of_this_ballot(world):
    ballot = opened(world)
    with pytest.raises(PermissionDenied):
        enter(ballot, world.session, world.class_8a1, world.lam)
    other = make_session(trip=world.session.field_trip, starts_at=local(30))
    assert refusal(lambda: enter(ballot, other, world.class_8a1, world.hanh))[0] == "not_in_ballot"


def test_an_entry_is_changed_and_withdrawn_until_the_closing_time_and_not_after(world):
    ballot = opened(world)
    entry = enter(ballot, world.session, world.class_8a1, world.hanh, needs="Một em dùng xe lăn")
    change(entry, group(world.class_8a1, 35), world.phuc)
    entry.refresh_from_db()
    assert entry.pupils == 35
    with pytest.raises(PermissionDenied):
        entries.withdraw_entry(entry_id=entry.pk, by=world.lam)
    entries.withdraw_entry(entry_id=entry.pk, by=world.hanh)
    for again in (
        lambda: entries.withdraw_entry(entry_id=entry.pk, by=world.hanh),
        lambda: change(entry, group(world.class_8a1, 30), world.hanh),
    ):
        assert refusal(again)[0] == "already_withdrawn"
    entry.refresh_from_db()
    assert (entry.outcome, entry.needs, entry.contact_phone) == (EntryOutcome.WITHDRAWN, "", "")
    second = enter(ballot, world.session, world.class_8a1, world.phuc)
    assert second.number == 2
    time_is_over(ballot)
    late = lambda: entries.withdraw_entry(entry_id=second.pk, by=world.phuc)  # noqa: E731
    assert refusal(late)[0] == "entries_closed"
    assert refusal(lambda: change(second, group(world.class_8a1, 1), world.phuc))[0] == "entries_closed"


# --- The list -----------------------------------------------------------------------------------
def visit(class_group, by, *, pupils: int, days_ago: int) -> None:
    """The class came so many days ago."""
    session = make_session(trip=make_trip(centre=make_centre("Trung tâm Bến Cát")), starts_at=local(10), capacity=60)
    booking = book(session, class_group, by, pupils=min(pupils, 40), adults=2)
    Booking.objects.filter(pk=booking.pk).update(state=BookingState.CLOSED, arrived_pupils=pupils)
    move_session(session, local(-days_ago))


def test_the_list_tells_what_weighs_and_its_hash_is_of_the_very_bytes(world, client):
    ballot = opened(world)
    far = make_school(
        "Trường THCS Côn Đảo", ward=make_ward("Đặc khu Côn Đảo", kind="special_zone"), cluster=make_cluster()
    )
    type(far.ward).objects.filter(pk=far.ward_id).update(former_province="Bà Rịa - Vũng Tàu")
    teacher = make_teacher("Đỗ Thị Biển", school=far)
    visit(world.class_8a1, world.hanh, pupils=36, days_ago=100)
    visit(world.class_8a1, world.hanh, pupils=30, days_ago=400)
    enter(ballot, world.session, world.class_8a1, world.hanh)
    enter(ballot, world.session, make_class("8A", school=far), teacher)
    assert refusal(lambda: running.close_ballot(ballot_id=ballot.pk, by=world.huy))[0] == "too_early"
    assert refusal(lambda: running.enter_digits(ballot_id=ballot.pk, digits=DIGITS, by=world.huy))[0] == "not_closed"
    ballot = closed(world, ballot)
    assert refusal(lambda: running.close_ballot(ballot_id=ballot.pk, by=world.huy))[0] == "already_closed"

    answer = client.get(reverse("ballot_list_json", args=[ballot.reference]))
    assert sha256(answer.content).hexdigest() == ballot.entries_hash
    document = json.loads(answer.content)
    rows = {row["school"]: row for row in document["schools"]}
    near, island = rows[world.school.code], rows[far.code]
    assert near["facts"] == {"roll": 900, "visits": 36, "never": False, "distance": "", "kind": "ward"}
    assert (near["points"], near["weight"]) == ({"base": 100, "seldom": 184}, "2.8400")
    assert island["points"] == {"base": 100, "seldom": 200, "never": 100, "distance": 100, "kind": 100}
    assert (island["may_win"], island["cluster"]) == (2, "Cụm chuyên môn Thủ Dầu Một")
    assert (document["source"], document["commitment"]) == (SOURCE, ballot.commitment)
    assert ballot.commitment == commitment_to(ballot.secret)
    text = answer.content.decode()
    for secret in (ballot.secret, world.hanh.full_name, PHONE, world.class_8a1.name):
        assert secret not in text
    rows = list(
        csv.DictReader(io.StringIO(client.get(reverse("ballot_list_csv", args=[ballot.reference])).content.decode()))
    )
    assert [(row["name"], row["visits"], row["weight"]) for row in rows][0] == (world.school.name, "36", "2.8400")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r="])
def test_no_name_becomes_a_formula_in_the_lists(world, client, start):
    """However a name came in: by the forms, a list of the department's, or an older portal."""
    formula = f'{start}HYPERLINK("http://x.example")'
    School.objects.filter(pk=world.school.pk).update(name=formula)
    Area.objects.filter(pk=world.school.ward_id).update(name=formula)
    ballot = opened(world)
    enter(ballot, world.session, world.class_8a1, world.hanh)
    sent(world, ballot)
    for name in ("ballot_list_csv", "ballot_result_csv"):
        text = client.get(reverse(name, args=[ballot.reference])).content.decode()
        [head, row] = csv.reader(io.StringIO(text, newline=""))
        cells = dict(zip(head, row, strict=True))
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
        if name == "ballot_list_csv":
            assert cells["name"] == cells["ward"] == f"'{formula}"


def test_the_portal_publishes_the_list_by_itself_when_the_time_is_over(world):
    ballot = opened(world)
    assert running.publish_due_lists() == 0
    time_is_over(ballot)
    assert running.publish_due_lists() == 1
    assert running.publish_due_lists() == 0
    ballot.refresh_from_db()
    assert ballot.state == BallotState.CLOSED


# --- Drawing ------------------------------------------------------------------------------------
def test_the_source_is_of_a_day_after_entries_close_and_before_the_visits(world):
    for day, code in ((3, "source_early"), (10, "source_late")):
        act = lambda day=day: opened(world, terms=terms(source_date=local(day).date()))  # noqa: E731
        assert refusal(act) == (code, "source_date")


@pytest.mark.parametrize("spelling", ["", "81516", "0481516", "48 15 16", "48151６", "số của giám đốc"])
def test_digits_have_one_spelling(world, spelling):
    ballot = opened(world)
    closed(world, ballot)
    act = lambda: running.enter_digits(ballot_id=ballot.pk, digits=spelling, by=world.huy)  # noqa: E731
    assert refusal(act) == ("digits_wrong", "digits")


def test_digits_are_entered_by_one_person_and_confirmed_by_another_who_read_the_same(world):
    ballot = opened(world)
    closed(world, ballot)
    linh = make_officer("Đặng Thị Linh")
    confirm = lambda by, digits=DIGITS: running.draw_ballot(ballot_id=ballot.pk, digits=digits, by=by)  # noqa: E731
    Ballot.objects.update(source_date=local(1).date())
    early = lambda: running.enter_digits(ballot_id=ballot.pk, digits=DIGITS, by=world.huy)  # noqa: E731
    assert refusal(early) == ("source_to_come", "digits")
    Ballot.objects.update(source_date=timezone.localdate())
    assert refusal(lambda: confirm(linh))[0] == "digits_missing"
    running.enter_digits(ballot_id=ballot.pk, digits="481517", by=world.huy)
    assert refusal(lambda: confirm(world.huy, "481517"))[0] == "second_person"
    assert refusal(lambda: confirm(linh)) == ("digits_differ", "digits")
    running.enter_digits(ballot_id=ballot.pk, digits=DIGITS, by=world.huy)
    drawn = confirm(linh)
    assert drawn.seed == seed_of(secret=drawn.secret, digits=DIGITS, reference=drawn.reference)
    assert refusal(lambda: confirm(linh))[0] == "already_drawn"


def test_nobody_who_runs_it_reads_the_secret_before_the_draw_and_everybody_after_it(world, as_user):
    ballot = opened(world)
    enter(ballot, world.session, world.class_8a1, world.hanh)
    ballot = closed(world, ballot)
    pages = [
        (world.huy, reverse("ballot_run", args=[ballot.reference])),
        (world.lam, reverse("ballot_detail", args=[ballot.reference])),
    ]
    for person, page in pages:
        text = as_user(person).get(page).content.decode()
        assert ballot.commitment in text and ballot.secret not in text
    ballot = make.draw(ballot)
    for person, page in pages:
        text = as_user(person).get(page).content.decode()
        assert ballot.secret in text and ballot.seed in text and DIGITS in text


def test_the_dry_run_shows_everything_and_sends_nothing_and_a_second_draw_changes_nothing(world, as_user):
    ballot = opened(world)
    schools_enter(ballot, world.session, 3)
    ballot = drawn(world, ballot)
    before = outcomes(ballot)
    assert sorted(before.values()) == [("lost", "no_room"), ("lost", "no_room"), ("won", "")]
    again = lambda: running.draw_ballot(ballot_id=ballot.pk, digits="000000", by=world.huy)  # noqa: E731
    assert refusal(again)[0] == "already_drawn"
    assert outcomes(ballot) == before
    assert not Booking.objects.exists()
    assert not Message.objects.filter(kind="ballot_result").exists()
    assert as_user(world.lam).get(reverse("ballot_result_csv", args=[ballot.reference])).status_code == 404


def test_a_school_over_its_cap_is_never_drawn(world):
    for day, name in ((13, "8B"), (14, "8C")):
        other = make_session(trip=world.session.field_trip, starts_at=local(day), season=world.season)
        book(other, make_class(name, school=world.school), world.hanh, pupils=5, adults=1)
    Booking.objects.update(state=BookingState.CLOSED)  # they came: they count against the season
    ballot = opened(world)
    enter(ballot, world.session, world.class_8a1, world.hanh)
    sent(world, ballot)
    assert outcomes(ballot) == {1: ("lost", "school_cap")}


def test_what_a_school_had_in_the_season_counts_against_what_it_may_win(world):
    earlier = make_session(trip=world.session.field_trip, starts_at=local(13), season=world.season)
    book(earlier, make_class("8B", school=world.school), world.hanh, pupils=5, adults=1)
    Booking.objects.update(state=BookingState.CLOSED)  # it came: of the two of this season one is left
    ballot = opened(world)
    for session, class_group in zip(world.sessions, [world.class_8a1, make_class("8C"), make_class("8D")], strict=True):
        enter(ballot, session, class_group, world.hanh)
    ballot = drawn(world, ballot)
    assert [row["may_win"] for row in json.loads(ballot.published)["schools"]] == [1]
    assert sorted(outcomes(ballot).values()) == [("lost", "school_cap"), ("lost", "school_cap"), ("won", "")]


def test_a_class_that_is_elsewhere_at_that_time_is_not_drawn(world):
    ballot = opened(world)
    elsewhere = make_session(trip=make_trip(), starts_at=local(10))
    book(elsewhere, world.class_8a1, world.hanh)
    enter(ballot, world.session, world.class_8a1, world.hanh)
    drawn(world, ballot)
    assert outcomes(ballot) == {1: ("lost", "class_busy")}


# --- Sending ------------------------------------------------------------------------------------
def test_winners_hold_places_losers_wait_in_the_drawn_order_and_everybody_hears_once(world, outbox_sent):
    ballot = opened(world)
    entries = schools_enter(ballot, world.session, 4, wait_if_lost=True, needs="Xe lăn")
    sent(world, ballot)
    assert refusal(lambda: start_sending(ballot_id=ballot.pk, by=world.huy))[0] == "already_sent"
    by_place = list(ballot.entries.order_by("place").select_related("booking"))
    won, *waiting = by_place
    assert (won.booking.state, won.booking.seats, won.booking.needs) == (BookingState.HELD, 30, "Xe lăn")
    assert won.booking.papers_due_at is not None
    assert list(world.session.bookings.waiting()) == [entry.booking for entry in waiting]
    assert seats_add_up(world.session)
    assert Message.objects.filter(kind="ballot_result").count() == 4
    assert set(ballot.entries.values_list("contact_phone", "needs")) == {("", "")}
    mails = {mail.to[0]: mail for mail in outbox_sent()}
    assert won.booking.reference in mails[won.leader.email].body
    for place, entry in enumerate(waiting, 2):
        body = mails[entry.leader.email].body
        assert f"{place}" in body
        assert entry.booking.reference in body
    assert len(entries) == len(mails)


def test_when_the_winner_cancels_the_next_in_the_drawn_order_is_offered_the_places(world):
    ballot = opened(world)
    schools_enter(ballot, world.session, 3, wait_if_lost=True)
    sent(world, ballot)
    won, second, third = ballot.entries.order_by("place")
    cancel_booking(booking_id=won.booking_id, reason="Trùng lịch", by=won.leader)
    assert Booking.objects.get(pk=second.booking_id).state == BookingState.OFFERED
    assert Booking.objects.get(pk=third.booking_id).state == BookingState.WAITLISTED


def test_after_the_results_what_is_left_is_booked_like_any_session(world):
    ballot = opened(world)
    schools_enter(ballot, world.session, 1)
    sent(world, ballot)
    assert set(Session.objects.values_list("mode", flat=True)) == {BookingMode.FIRST_COME}
    world.season.refresh_from_db()
    assert world.season.mode == BookingMode.FIRST_COME
    assert book(world.session, world.class_8a1, world.hanh, pupils=10, adults=1).state == BookingState.HELD


def test_places_that_a_winner_cannot_take_are_offered_to_those_who_wait_before_anybody_books_them(world):
    ballot = opened(world)
    schools_enter(ballot, world.session, 2, wait_if_lost=True)
    drawn(world, ballot)
    won, lost = ballot.entries.order_by("place")
    type(world.school).objects.filter(pk=won.school_id).update(state=SchoolState.SUSPENDED)
    make.send(ballot)
    assert outcomes(ballot)[won.number] == ("lost", "school_not_working")
    lost.refresh_from_db()
    assert lost.booking.state == BookingState.OFFERED
    assert seats_add_up(world.session)


def test_what_changed_after_the_draw_is_reported_and_nothing_is_oversold(world):
    ballot = opened(world)
    one, two, three = world.sessions
    schools_enter(ballot, one, 1)
    enter(ballot, two, world.class_8a1, world.hanh)
    enter(ballot, three, world.lams_class, world.lam)
    drawn(world, ballot)
    Session.objects.filter(pk=one.pk).update(state=SessionState.CANCELLED)
    Session.objects.filter(pk=two.pk).update(capacity=20)
    type(world.school).objects.filter(pk=world.lams_class.school_id).update(state=SchoolState.SUSPENDED)
    make.send(ballot)
    assert outcomes(ballot) == {
        1: ("lost", "session_cancelled"),
        2: ("lost", "session_smaller"),
        3: ("lost", "school_not_working"),
    }
    assert not Booking.objects.exists()
    assert all(seats_add_up(session) for session in world.sessions)
    assert Message.objects.filter(kind="ballot_result").count() == 3


def test_only_those_who_run_it_close_draw_and_send(world):
    ballot = opened(world)
    time_is_over(ballot)
    for act in (
        lambda by: running.close_ballot(ballot_id=ballot.pk, by=by),
        lambda by: running.enter_digits(ballot_id=ballot.pk, digits=DIGITS, by=by),
        lambda by: running.draw_ballot(ballot_id=ballot.pk, digits=DIGITS, by=by),
        lambda by: start_sending(ballot_id=ballot.pk, by=by),
    ):
        for person in (world.nga, world.sen, world.hanh, world.lam):
            with pytest.raises(PermissionDenied):
                act(person)
    assert refusal(lambda: start_sending(ballot_id=ballot.pk, by=world.huy))[0] == "not_drawn"


# --- Between the list and the results -----------------------------------------------------------
OTHER_DAY = local(21)


def change_session(world, session: Session, what: str, *, to: datetime = OTHER_DAY) -> None:
    """As the manager of the centre does on the page of the session."""
    session = Session.objects.get(pk=session.pk)
    if what == "capacity":
        version = version_of({"capacity": session.capacity})
        changes.change_capacity(session_id=session.pk, capacity=20, version=version, by=world.nga)
    elif what == "move":
        version = version_of(session.place)
        how = {"session_id": session.pk, "room": session.room, "version": version, "by": world.nga}
        changes.move_session(starts_at=to, **how)
    else:
        changes.cancel_session(session_id=session.pk, reason="Mất điện", by=world.nga)


@pytest.mark.parametrize("what", ["capacity", "move", "cancel"])
@pytest.mark.parametrize("state", ["closed", "drawn", "sending"])
def test_between_the_list_and_the_results_the_sessions_stay_as_listed(world, what, state):
    """She lowered the places after the draw until the winner she did not like had lost, and raised them again."""
    ballot = opened(world)
    enter(ballot, world.session, world.class_8a1, world.hanh)
    closed(world, ballot) if state == "closed" else drawn(world, ballot)
    if state == "sending":
        start_sending(ballot_id=ballot.pk, by=world.huy)
    assert refusal(lambda: change_session(world, world.session, what))[0] == "in_ballot"
    assert Session.objects.get(pk=world.session.pk).state == SessionState.SCHEDULED


@pytest.mark.parametrize("what", ["capacity", "move", "cancel"])
def test_before_the_list_and_after_the_results_they_are_changed_as_ever(world, what):
    ballot = opened(world)
    change_session(world, world.sessions[2], what)
    enter(ballot, world.session, world.class_8a1, world.hanh, pupils=10)
    sent(world, ballot)
    change_session(world, world.sessions[1], what, to=local(22))


def test_a_session_that_cannot_take_place_is_taken_out_before_the_draw_and_the_draw_goes_without_it(
    world, client, tmp_path, outbox_sent
):
    ballot = opened(world)
    enter(ballot, [world.sessions[0], world.sessions[1]], world.class_8a1, world.hanh)
    enter(ballot, world.sessions[0], world.lams_class, world.lam)
    closed(world, ballot)
    take_out = lambda by: take_out_session(  # noqa: E731
        ballot_id=ballot.pk, session_id=world.session.pk, reason="Cháy xưởng", by=by
    )
    for person in (world.sen, world.hanh, world.phuc):
        with pytest.raises(PermissionDenied):
            take_out(person)
    take_out(world.nga)
    letters = {mail.to[0]: mail.body for mail in outbox_sent() if "không diễn ra" in mail.body.casefold()}
    assert set(letters) == {world.hanh.email, world.lam.email}
    assert all("Cháy xưởng" in body for body in letters.values())
    ballot = make.draw(ballot)
    assert outcomes(ballot) == {1: ("won", ""), 2: ("lost", "session_cancelled")}
    assert BallotEntry.objects.get(number=1).session_id == world.sessions[1].pk
    ballot = make.send(ballot)
    get = lambda name: client.get(reverse(name, args=[ballot.reference])).content.decode()  # noqa: E731
    lines, _said = run_script(
        tmp_path, get("ballot_list_json"), ballot.secret, ballot.digits, *map(str, ballot.cancelled)
    )
    assert lines == list(csv.DictReader(io.StringIO(get("ballot_result_csv"))))


def test_a_session_taken_out_after_the_draw_is_the_reason_that_its_winner_reads(world, outbox_sent):
    ballot = opened(world)
    enter(ballot, world.session, world.class_8a1, world.hanh)
    drawn(world, ballot)
    take_out_session(ballot_id=ballot.pk, session_id=world.session.pk, reason="Cháy xưởng", by=world.nga)
    make.send(ballot)
    assert outcomes(ballot) == {1: ("lost", "session_cancelled")}
    [result] = [mail.body for mail in outbox_sent() if "Số 1" in mail.body and "không trúng" in mail.body.casefold()]
    assert BallotEntry.objects.get().why in result.replace("\n", " ")


def test_the_manager_takes_a_session_out_on_the_page_of_the_ballot(world, as_user):
    ballot = opened(world)
    closed(world, ballot)
    address = reverse("ballot_session_cancel", args=[ballot.reference, world.session.pk])
    assert address in as_user(world.nga).get(reverse("ballot_run", args=[ballot.reference])).content.decode()
    assert as_user(world.sen).get(address).status_code == 404
    assert as_user(world.nga).post(address, {"reason": ""}).context["form"].errors["reason"]
    assert as_user(world.nga).post(address, {"reason": "Cháy xưởng"}).status_code == 302
    assert Session.objects.get(pk=world.session.pk).state == SessionState.CANCELLED
    assert Ballot.objects.get().cancelled == [world.session.pk]


# --- Everybody hears ----------------------------------------------------------------------------
def test_whoever_enters_hears_of_the_entry_the_list_with_both_hashes_and_a_moved_session(world, outbox_sent):
    ballot = opened(world)
    enter(ballot, world.sessions, world.class_8a1, world.hanh)
    change_session(world, world.session, "move")
    change_session(world, world.sessions[1], "cancel")
    ballot = closed(world, ballot)
    kinds = list(Message.objects.filter(recipient=world.hanh).order_by("pk").values_list("kind", flat=True))
    assert kinds == ["ballot_entered", "ballot_moved", "ballot_cancelled", "ballot_list"]
    last = Message.objects.get(kind="ballot_list").body_text
    assert ballot.commitment in last and ballot.entries_hash in last and ballot.secret not in last
    assert f"{OTHER_DAY:%d/%m/%Y}" in Message.objects.get(kind="ballot_moved").body_text
    assert "Mất điện" in Message.objects.get(kind="ballot_cancelled").body_text
    assert not Message.objects.filter(recipient=world.lam).exists()


def test_three_groups_that_did_not_come_are_not_never_came(world):
    """Places stood empty for them: the school has neither the points of one that never came nor of one without visits."""
    for days_ago in (300, 200, 100):
        visit(world.class_8a1, world.hanh, pupils=30, days_ago=days_ago)
    Booking.objects.update(state=BookingState.NO_SHOW, arrived_pupils=None)
    ballot = opened(world)
    enter(ballot, world.session, world.class_8a1, world.hanh)
    [school] = json.loads(closed(world, ballot).published)["schools"]
    assert (school["facts"]["never"], school["facts"]["visits"]) == (False, 90)


# --- Nobody draws, nobody sends -----------------------------------------------------------------
def test_an_undrawn_ballot_reminds_those_who_may_every_day_and_is_called_off_after_a_week(world, as_user):
    ballot = opened(world)
    enter(ballot, world.session, world.class_8a1, world.hanh)
    move_session(world.session, local(60))
    Session.objects.exclude(pk=world.session.pk).delete()
    closed(world, ballot)
    now = timezone.now()
    waits = Message.objects.filter(kind="ballot_waits")
    for days, letters in ((0, 1), (0, 1), (1, 2), (7, 3)):
        upkeep.look_after_ballots(now=now + timedelta(days=days))
        assert waits.filter(recipient=world.huy).count() == letters
    assert not waits.exclude(recipient=world.huy).exists()  # the season is the department's
    assert "Nhập các chữ số" in main_of(as_user(world.huy).get("/desk/"))
    upkeep.look_after_ballots(now=now + timedelta(days=8))
    ballot.refresh_from_db()
    world.session.refresh_from_db()
    assert (ballot.state, world.session.mode) == (BallotState.CALLED_OFF, BookingMode.FIRST_COME)
    assert Message.objects.filter(kind="ballot_called_off", recipient=world.hanh).count() == 1
    assert book(world.session, world.class_8a1, world.hanh).state == BookingState.HELD


def test_what_is_drawn_and_not_sent_is_sent_by_the_portal_after_three_days(world):
    """A draw can be kept from nobody."""
    ballot = opened(world)
    enter(ballot, world.session, world.class_8a1, world.hanh)
    drawn(world, ballot)
    now = timezone.now()
    upkeep.look_after_ballots(now=now + timedelta(days=2))
    assert Message.objects.filter(kind="ballot_waits", recipient=world.huy).count() == 1
    upkeep.look_after_ballots(now=now + timedelta(days=3))
    run_due_jobs()
    ballot.refresh_from_db()
    assert ballot.state == BallotState.SENT
    assert Booking.objects.get().state == BookingState.HELD


@pytest.mark.falls
def test_one_bad_ballot_does_not_stop_the_others(world, monkeypatch, caplog):
    first = opened(world)
    alone = make_session(trip=world.session.field_trip, starts_at=local(20))
    second = opened(world, season=None, session=alone, key="2")
    for ballot in (first, second):
        closed(world, ballot)
    remind = upkeep.letters.remind_runners

    def fails_once(*, ballot, **about):
        if ballot.pk == first.pk:
            raise ValueError("broken")
        remind(ballot=ballot, **about)

    monkeypatch.setattr(upkeep.letters, "remind_runners", fails_once)
    upkeep.look_after_ballots()
    assert Message.objects.filter(kind="ballot_waits", recipient=world.nga).count() == 1
    assert str(first.pk) in caplog.text


# --- Sending is a job ---------------------------------------------------------------------------
def test_a_worker_that_dies_between_two_leaders_sends_nothing_twice_and_forgets_nobody(world, monkeypatch):
    ballot = opened(world)
    schools_enter(ballot, world.session, 4, wait_if_lost=True)
    drawn(world, ballot)
    start_sending(ballot_id=ballot.pk, by=world.huy)
    settle, done = results._settle_leader, []

    def dies_at_the_third(**what):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(what)
        settle(**what)

    monkeypatch.setattr(results, "_settle_leader", dies_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        results.send_results(ballot_id=ballot.pk)
    assert Message.objects.filter(kind="ballot_result").count() == 2
    assert Ballot.objects.get().state == BallotState.SENDING
    assert refusal(lambda: book(world.session, world.class_8a1, world.hanh))[0] == "by_ballot"
    monkeypatch.setattr(results, "_settle_leader", settle)
    for _again in range(2):
        results.send_results(ballot_id=ballot.pk)
    assert Ballot.objects.get().state == BallotState.SENT
    assert Message.objects.filter(kind="ballot_result").count() == 4
    assert (Booking.objects.exclude(state="waitlisted").count(), Booking.objects.waiting().count()) == (1, 3)
    by_place = ballot.entries.exclude(outcome="won").order_by("place")
    assert list(world.session.bookings.waiting()) == [each.booking for each in by_place.select_related("booking")]
    assert seats_add_up(world.session)


SENDING, OF_A_LOSER = 36, 15  # finishing and the one winner; each leader whose class is not drawn


@pytest.mark.parametrize("rows", [2, 4])
def test_sending_costs_the_same_for_each_entry(world, rows, django_assert_num_queries):
    ballot = opened(world)
    schools_enter(ballot, world.session, rows)
    drawn(world, ballot)
    start_sending(ballot_id=ballot.pk, by=world.huy)
    with django_assert_num_queries(SENDING + OF_A_LOSER * rows):
        results.send_results(ballot_id=ballot.pk)


# --- Anybody repeats it -------------------------------------------------------------------------
def test_the_published_files_and_the_program_give_the_published_result(world, client, tmp_path):
    """In another process, from what everybody can download."""
    ballot = opened(world)
    for session in world.sessions:
        schools_enter(ballot, session, 4, pupils=19)
    enter(ballot, world.session, world.class_8a1, world.hanh)
    ballot = sent(world, ballot)
    get = lambda name: client.get(reverse(name, args=[ballot.reference])).content.decode()  # noqa: E731
    assert client.get(reverse("ballot_script")).status_code == 200
    lines, said = run_script(tmp_path, get("ballot_list_json"), ballot.secret, ballot.digits)
    assert lines == list(csv.DictReader(io.StringIO(get("ballot_result_csv"))))
    assert ballot.entries_hash in said
    assert {bool(line["session"]) for line in lines} == {True, False}
    page = get("ballot_detail")
    assert ballot.entries_hash in page
    assert world.hanh.full_name not in page


# --- Pages --------------------------------------------------------------------------------------
def form(world, **changes) -> dict:
    usual = {
        "wish_1": str(world.session.pk),
        "class_group": world.class_8a1.pk,
        "pupils": "38",
        "adults": "2",
        "contact_phone": "0912345678",
    }
    return usual | {"idempotency_key": "vao", "wait_if_lost": "on"} | changes


def test_of_a_class_larger_than_a_group_may_be_as_many_are_entered_as_may_come(world, as_user):
    opened(world)
    world.class_8a1.enrolments.all().delete()
    large = make_class("8A2", school=world.school, pupils=45, homeroom_teacher=world.hanh)
    hanh, address = as_user(world.hanh), reverse("session_enter", args=[world.session.pk])
    page = hanh.get(address)
    guess = page.context["form"].initial
    assert (guess["class_group"], guess["pupils"], guess["adults"]) == (large.pk, 40, 2)
    assert "Mỗi đoàn có tối đa 40 học sinh" in page.content.decode()
    assert hanh.post(address, form(world, class_group=large.pk, pupils="40")).status_code == 302
    large.enrolments.filter(pk__in=[each.pk for each in large.enrolments.all()[:10]]).delete()
    page = hanh.get(address)
    assert page.context["form"].initial["pupils"] == 35
    assert "Mỗi đoàn có tối đa" not in page.content.decode()


def test_a_teacher_is_led_from_the_session_to_the_entry_and_back_to_its_result(world, as_user):
    ballot = opened(world)
    hanh = as_user(world.hanh)
    page = hanh.get(reverse("session_detail", args=[world.session.pk])).content.decode()
    address = reverse("session_enter", args=[world.session.pk])
    assert address in page
    assert reverse("session_book", args=[world.session.pk]) not in page
    assert hanh.get(reverse("session_book", args=[world.session.pk])).url == address
    assert hanh.get(address).context["form"].initial["pupils"] == 38
    answer = hanh.post(address, form(world, adults="0"))
    assert "adults" in answer.context["form"].errors
    answer = hanh.post(address, form(world))
    entry = BallotEntry.objects.get()
    assert answer.url == reverse("entry_detail", args=[entry.pk])
    assert reverse("entry_withdraw", args=[entry.pk]) in hanh.get(answer.url).content.decode()
    version = version_of(entry.said)
    edit, phuc = reverse("entry_edit", args=[entry.pk]), as_user(world.phuc)
    assert hanh.post(edit, form(world, pupils="36", version=version)).status_code == 302
    page = phuc.post(edit, form(world, pupils="34", version=version))  # both had the page open
    assert [(each.stored, each.typed) for each in page.context["form"].differences] == [("36", "34")]
    assert "36" in main_of(hanh.get(reverse("entry_list")))
    sent(world, ballot)
    page = hanh.get(answer.url).content.decode()
    entry.refresh_from_db()
    assert entry.booking.reference in page
    assert reverse("entry_withdraw", args=[entry.pk]) not in page
    assert hanh.get(reverse("entry_edit", args=[entry.pk])).status_code == 404


def test_the_department_goes_the_whole_way_in_the_browser(world, as_user):
    huy = as_user(world.huy)
    terms = {name: str(points) for name, points in FACTORS.items()}
    data = terms | {
        "target": f"season-{world.season.pk}",
        "closes_at": f"{local(3):%d/%m/%Y %H:%M}",
        "source": SOURCE,
        "source_date": f"{local(4):%d/%m/%Y}",
        "digit_count": "6",
        "idempotency_key": "k",
    }
    assert huy.post(reverse("ballot_new"), data | {"base": "0"}).context["form"].errors["base"]
    run = huy.post(reverse("ballot_new"), data).url
    ballot = Ballot.objects.get()
    assert ballot.factors == FACTORS
    schools_enter(ballot, world.session, 2)
    assert reverse("ballot_close", args=[ballot.reference]) not in huy.get(run).content.decode()
    time_is_over(ballot)
    linh = make_officer("Đặng Thị Linh")
    for person, step in ((world.huy, "close"), (world.huy, "digits"), (linh, "draw"), (world.huy, "send")):
        client = as_user(person)
        address = reverse(f"ballot_{step}", args=[ballot.reference])
        assert address in client.get(run).content.decode()
        assert client.get(address).status_code == 200
        assert client.post(address, {"digits": DIGITS}).url == run
    huy = as_user(world.huy)
    for step in ("close", "digits", "draw", "send"):
        address = reverse(f"ballot_{step}", args=[ballot.reference])
        assert "form" in huy.post(address, {"digits": DIGITS}).context  # once more: why not, in words
    assert huy.get(run).context["job"]
    run_due_jobs()
    ballot.refresh_from_db()
    assert ballot.state == BallotState.SENT
    assert Booking.objects.count() == 1


@pytest.mark.parametrize("name", ["ballot_run", "ballot_close", "ballot_digits", "ballot_draw", "ballot_send"])
def test_behind_the_scenes_is_for_the_department_and_managers(world, as_user, name):
    ballot = opened(world)
    address = reverse(name, args=[ballot.reference])
    for person in (
        world.hanh,
        world.sen,
        make_officer("Ngô Thị Ward", role=OfficeRole.WARD, areas=(world.school.ward,)),
    ):
        assert as_user(person).get(address).status_code == 404
        assert as_user(person).post(address).status_code == (405 if name == "ballot_run" else 404)
    expected = 200 if name == "ballot_run" else 403
    assert as_user(world.nga).get(address).status_code == expected
    assert as_user(world.huy).get(address).status_code == 200


def test_another_schools_entry_does_not_exist(world, as_user):
    entry = enter(opened(world), world.session, world.class_8a1, world.hanh)
    for name in ("entry_detail", "entry_edit", "entry_withdraw"):
        assert as_user(world.lam).get(reverse(name, args=[entry.pk])).status_code == 404
        assert as_user(world.phuc).get(reverse(name, args=[entry.pk])).status_code == 200
    colleague = make_teacher("Võ Thị Bạn", school=world.school)
    assert as_user(colleague).get(reverse("entry_detail", args=[entry.pk])).status_code == 200
    assert as_user(colleague).post(reverse("entry_withdraw", args=[entry.pk])).status_code == 403


QUERIES = {"ballot_run": 14, "ballot_detail": 9, "entry_list": 9, "ballot_list": 9}
CLOSING = 22  # and a letter to each leader


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("name", list(QUERIES))
def test_pages_cost_the_same_with_one_and_three_rows(world, as_user, name, rows, django_assert_num_queries):
    ballot = opened(world)
    person = {"entry_list": world.hanh, "ballot_detail": world.hanh}.get(name, world.huy)
    if name == "ballot_list":
        for number in range(rows - 1):
            alone = make_session(trip=world.session.field_trip, starts_at=local(20 + number))
            opened(world, season=None, session=alone, key=f"k{number}")
    elif name == "entry_list":
        for number in range(rows):
            enter(ballot, world.sessions, make_class(f"8B{number}", school=world.school), world.hanh)
    else:
        schools_enter(ballot, world.session, rows)
        sent(world, ballot)
    address = reverse(name, args=[] if name.endswith("_list") else [ballot.reference])
    client = as_user(person)
    client.get(address)
    with django_assert_num_queries(QUERIES[name]):
        page = client.get(address)
    assert len(page.context["entries" if name in ("ballot_run", "entry_list") else "rows"]) == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_a_list_is_published_with_the_same_number_of_queries(world, rows, django_assert_num_queries):
    ballot = opened(world)
    schools_enter(ballot, world.session, rows)
    time_is_over(ballot)
    with django_assert_num_queries(CLOSING + rows):
        running.publish_due_lists()


def test_the_coordinator_of_another_school_changes_nothing(world):
    ballot = opened(world)
    entry = enter(ballot, world.session, world.class_8a1, world.hanh)
    deputy = make_coordinator("Lê Thị Phó", school=make_school("Trường THCS Khác"))
    with pytest.raises(PermissionDenied):
        change(entry, group(world.class_8a1, 20), deputy)
