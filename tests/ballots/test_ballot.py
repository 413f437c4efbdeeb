"""A season's places are drawn: schools enter, the list is published, the seed comes, everybody hears once."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from hashlib import sha256

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from programs.ballots.actions import entries, running
from programs.ballots.actions.results import send_results
from programs.ballots.choices import BallotState, EntryOutcome
from programs.ballots.models import Ballot, BallotEntry
from programs.ballots.rules import FACTORS
from programs.bookings.actions.booking import cancel_booking
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking, Group
from programs.centres.choices import BookingMode, CentreRole, SessionState
from programs.centres.models import CentreStaff, Season, Session
from programs.core import references
from programs.core.refusals import Refused
from programs.core.versions import version_of
from programs.notices.models import Message
from programs.schools.choices import OfficeRole, SchoolState
from programs.schools.models import Area, School
from tests.ballots.test_ballot_rules import run_script
from tests.centres.make import book, local, make_centre, make_group, make_session, make_trip, move_session, seats_add_up
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
    make_user,
    make_ward,
    make_year,
)  # fmt: skip

pytestmark = pytest.mark.django_db
PHONE = "+84912345678"
SOURCE = "Giải đặc biệt xổ số TP.HCM ngày 30/11/2026"


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
    world.nga = enrol_second_factor(make_user("Bùi Thị Nga"))
    CentreStaff.objects.create(centre=world.centre, user=world.nga, role=CentreRole.MANAGER)
    world.season = make_season()
    Session.objects.filter(pk=world.session.pk).update(season=world.season)
    trip = world.session.field_trip
    make = lambda day: make_session(trip=trip, starts_at=local(day), season=world.season)  # noqa: E731
    world.sessions = [Session.objects.get(pk=world.session.pk), make(11), make(12)]
    world.session = world.sessions[0]
    return world


def opened(world, **fields) -> Ballot:
    values = {"season": world.season, "closes_at": local(3, 17), "seed_source": SOURCE}
    return running.open_ballot(**values | {"factors": FACTORS, "by": world.huy, "key": "mo"} | fields)


def group(class_group, pupils: int = 30, **fields) -> Group:
    return make_group(class_group, pupils=pupils, **fields)


def enter(ballot, session, class_group, by, *, pupils: int = 30, wait_if_lost: bool = False, **fields) -> BallotEntry:
    return entries.enter_ballot(
        ballot_id=ballot.pk,
        session_id=session.pk,
        group=group(class_group, pupils, **fields),
        wait_if_lost=wait_if_lost,
        by=by,
        key=f"{session.pk}-{class_group.pk}",
    )


def change(entry: BallotEntry, changed: Group, by) -> BallotEntry:
    """As the page does that was opened just now."""
    version = version_of(BallotEntry.objects.get(pk=entry.pk).said)
    return entries.change_entry(entry_id=entry.pk, group=changed, version=version, by=by)


def schools_enter(ballot, session, count: int, **fields) -> list[BallotEntry]:
    found = []
    for number in range(count):
        school = make_school(f"Trường THCS số {number}")
        staff = school.memberships.first()
        teacher = staff.user if staff else make_teacher(f"Nguyễn Thị {number}", school=school)
        class_group = make_class(f"8A{session.pk}", school=school)
        found.append(enter(ballot, session, class_group, teacher, **fields))
    return found


def time_is_over(ballot: Ballot) -> Ballot:
    Ballot.objects.filter(pk=ballot.pk).update(closes_at=timezone.now() - timedelta(minutes=1))
    return Ballot.objects.get(pk=ballot.pk)


def closed(world, ballot: Ballot) -> Ballot:
    time_is_over(ballot)
    return running.close_ballot(ballot_id=ballot.pk, by=world.huy)


def drawn(world, ballot: Ballot, seed: str = "481516") -> Ballot:
    closed(world, ballot)
    return running.draw_ballot(ballot_id=ballot.pk, seed=seed if ballot.seed_source else "", by=world.huy)


def sent(world, ballot: Ballot) -> Ballot:
    drawn(world, ballot)
    return send_results(ballot_id=ballot.pk, by=world.huy)


def test_a_sending_in_which_references_repeat_is_whole(world, monkeypatch):
    """Winners and those who wait get another reference; nobody's result falls out."""
    ballot = opened(world)
    schools_enter(ballot, world.session, 3, pupils=20, wait_if_lost=True)
    drawn(world, ballot)
    monkeypatch.setattr(references, "random_code", each_code_twice())
    send_results(ballot_id=ballot.pk, by=world.huy)
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
def test_a_class_is_entered_once_for_a_session_and_may_try_several(world):
    ballot = opened(world)
    first = enter(ballot, world.session, world.class_8a1, world.hanh)
    assert enter(ballot, world.session, world.class_8a1, world.hanh).pk == first.pk
    again = lambda: entries.enter_ballot(  # noqa: E731
        ballot_id=ballot.pk, session_id=world.session.pk, group=group(world.class_8a1), by=world.hanh, key="x"
    )
    assert refusal(again) == ("entered_twice", "class_group")
    assert enter(ballot, world.sessions[1], world.class_8a1, world.hanh).number == 2


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
    assert refusal(lambda: running.draw_ballot(ballot_id=ballot.pk, seed="1", by=world.huy))[0] == "not_closed"
    ballot = closed(world, ballot)
    assert refusal(lambda: running.close_ballot(ballot_id=ballot.pk, by=world.huy))[0] == "already_closed"

    answer = client.get(reverse("ballot_list_json", args=[ballot.reference]))
    assert sha256(answer.content).hexdigest() == ballot.entries_hash
    document = json.loads(answer.content)
    near, island = document["entries"]
    assert near["facts"] == {"roll": 900, "visits": 36, "never": False, "distance": "", "kind": "ward"}
    assert (near["points"], near["weight"]) == ({"base": 100, "seldom": 184}, "2.8400")
    assert island["points"] == {"base": 100, "seldom": 200, "never": 100, "distance": 100, "kind": 100}
    assert (island["may_win"], island["cluster"]) == (2, "Cụm chuyên môn Thủ Dầu Một")
    assert document["seed_source"] == SOURCE
    text = answer.content.decode()
    for secret in (world.hanh.full_name, PHONE, world.class_8a1.name):
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
def test_a_seed_is_typed_only_where_its_source_was_named_before(world):
    ballot = opened(world)
    closed(world, ballot)
    assert refusal(lambda: running.draw_ballot(ballot_id=ballot.pk, seed="", by=world.huy)) == ("seed_missing", "seed")
    Ballot.objects.update(seed_source="")
    lucky = lambda: running.draw_ballot(ballot_id=ballot.pk, seed="7", by=world.huy)  # noqa: E731
    assert refusal(lucky) == ("seed_unannounced", "seed")
    assert len(running.draw_ballot(ballot_id=ballot.pk, seed="", by=world.huy).seed) == 32


def test_the_dry_run_shows_everything_and_sends_nothing_and_a_second_draw_changes_nothing(world, as_user):
    ballot = opened(world)
    schools_enter(ballot, world.session, 3)
    drawn(world, ballot)
    before = outcomes(ballot)
    assert sorted(before.values()) == [("lost", "no_room"), ("lost", "no_room"), ("won", "")]
    again = lambda: running.draw_ballot(ballot_id=ballot.pk, seed="another", by=world.huy)  # noqa: E731
    assert refusal(again)[0] == "already_drawn"
    ballot.refresh_from_db()
    assert (ballot.seed, outcomes(ballot)) == ("481516", before)
    assert not Booking.objects.exists()
    assert not Message.objects.exists()
    page = as_user(world.huy).get(reverse("ballot_run", args=[ballot.reference])).content.decode()
    assert "481516" in page
    public = as_user(world.lam).get(reverse("ballot_detail", args=[ballot.reference])).content.decode()
    assert "481516" not in public
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
    assert [row["may_win"] for row in json.loads(ballot.published)["entries"]] == [1, 1, 1]
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
    assert refusal(lambda: send_results(ballot_id=ballot.pk, by=world.huy))[0] == "already_sent"
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
    send_results(ballot_id=ballot.pk, by=world.huy)
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
    send_results(ballot_id=ballot.pk, by=world.huy)
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
        lambda by: running.draw_ballot(ballot_id=ballot.pk, seed="1", by=by),
        lambda by: send_results(ballot_id=ballot.pk, by=by),
    ):
        for person in (world.nga, world.sen, world.hanh, world.lam):
            with pytest.raises(PermissionDenied):
                act(person)
    assert refusal(lambda: send_results(ballot_id=ballot.pk, by=world.huy))[0] == "not_drawn"


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
    lines, said = run_script(tmp_path, get("ballot_list_json"), ballot.seed)
    assert lines == list(csv.DictReader(io.StringIO(get("ballot_result_csv"))))
    assert ballot.entries_hash in said
    assert {line["won"] for line in lines} == {"yes", "no"}
    page = get("ballot_detail")
    assert ballot.entries_hash in page
    assert world.hanh.full_name not in page


# --- Pages --------------------------------------------------------------------------------------
def form(world, **changes) -> dict:
    usual = {"class_group": world.class_8a1.pk, "pupils": "38", "adults": "2", "contact_phone": "0912345678"}
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
        "idempotency_key": "k",
    }
    assert huy.post(reverse("ballot_new"), data | {"base": "0"}).context["form"].errors["base"]
    run = huy.post(reverse("ballot_new"), data).url
    ballot = Ballot.objects.get()
    assert ballot.factors == FACTORS
    schools_enter(ballot, world.session, 2)
    assert reverse("ballot_close", args=[ballot.reference]) not in huy.get(run).content.decode()
    time_is_over(ballot)
    for step in ("close", "draw", "send"):
        address = reverse(f"ballot_{step}", args=[ballot.reference])
        assert address in huy.get(run).content.decode()
        assert huy.get(address).status_code == 200
        assert huy.post(address).url == run
        assert "form" in huy.post(address).context  # once more: why not, in words
    ballot.refresh_from_db()
    assert ballot.state == BallotState.SENT
    assert Booking.objects.count() == 1


@pytest.mark.parametrize("name", ["ballot_run", "ballot_close", "ballot_draw", "ballot_send"])
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


QUERIES = {"ballot_run": 12, "ballot_detail": 8, "entry_list": 8, "ballot_list": 9}
CLOSING = 13  # however many entries; the ballot is locked first and read with its parts after


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
        for session in world.sessions[:rows]:
            enter(ballot, session, world.class_8a1, world.hanh)
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
    with django_assert_num_queries(CLOSING):
        running.publish_due_lists()


def test_the_coordinator_of_another_school_changes_nothing(world):
    ballot = opened(world)
    entry = enter(ballot, world.session, world.class_8a1, world.hanh)
    deputy = make_coordinator("Lê Thị Phó", school=make_school("Trường THCS Khác"))
    with pytest.raises(PermissionDenied):
        change(entry, group(world.class_8a1, 20), deputy)
