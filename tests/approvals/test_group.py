"""The size of a group: adults by level, growing and shrinking through the guard, and three head counts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from programs.approvals.actions.confirming import confirm_booking
from programs.approvals.actions.deadlines import keep_deadlines
from programs.approvals.queries import count_fixed_at
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.centres.choices import WaitingPolicy
from programs.centres.models import AdultRatio, Session
from programs.centres.queries.sessions import pupils_per_adult
from programs.core.choices import Level
from programs.core.refusals import Refused
from programs.notices.models import Message
from programs.pupils.models import Pupil
from programs.visit_days.words import coming_pupils
from tests.centres.make import approve, book, change_group, complete, seats_add_up, set_roster, waiting
from tests.pages import main_of, version_at
from tests.people import give_consent

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(world):
    """8A1 comes with 20 of the 40 places; another class of the school has 15."""
    world.booking = book(world.session, world.class_8a1, world.hanh, pupils=20, adults=2)
    world.other = waiting(world.session, 15)[0]
    return world


def _code(**size) -> str:
    with pytest.raises(Refused) as refused:
        change_group(**size)
    return refused.value.refusal.code


def test_the_adults_follow_the_level_of_the_class(group):
    trip = group.session.field_trip
    assert pupils_per_adult(trip, 8) == trip.pupils_per_adult == 20
    AdultRatio.objects.create(field_trip=trip, level=Level.LOWER_SECONDARY, pupils_per_adult=5)
    assert pupils_per_adult(trip, 8) == 5 and pupils_per_adult(trip, 10) == 20
    size = {"booking_id": group.booking.pk, "by": group.hanh}
    assert _code(pupils=19, adults=3, **size) == "too_few_adults"
    assert change_group(pupils=19, adults=4, **size).pupils == 19


def test_growing_takes_free_places_and_no_more(group):
    size = {"booking_id": group.booking.pk, "by": group.hanh, "adults": 2}
    assert change_group(pupils=25, **size).seats == 25
    assert _code(pupils=26, **size) == "full"
    assert seats_add_up(group.session) and group.session.seats_taken == 40
    assert _code(pupils=41, **size) == "group_too_big"
    assert _code(pupils=0, **size) == "no_pupils"
    assert _code(pupils=20, girls=21, **size) == "too_many_girls"
    with pytest.raises(PermissionDenied):
        change_group(pupils=20, adults=2, booking_id=group.booking.pk, by=group.lam)


def test_no_group_grows_past_those_waiting_in_strict_order(group):
    Session.objects.filter(pk=group.session.pk).update(waiting_policy=WaitingPolicy.STRICT)
    book(group.session, group.lams_class, group.lam, pupils=10, wait_if_full=True)
    assert _code(pupils=21, adults=2, booking_id=group.booking.pk, by=group.hanh) == "full"


def test_a_smaller_group_lets_the_waiting_list_move(group):
    waits = book(group.session, group.lams_class, group.lam, pupils=10, wait_if_full=True)
    change_group(booking_id=group.booking.pk, pupils=15, adults=1, girls=7, by=group.hanh)
    waits.refresh_from_db()
    assert waits.state == BookingState.OFFERED and seats_add_up(group.session)


def test_names_are_taken_away_first(group):
    pupils = Pupil.objects.filter(enrolments__class_group=group.class_8a1)[:20]
    set_roster(booking_id=group.booking.pk, pupil_ids=[pupil.pk for pupil in pupils], by=group.hanh)
    size = {"booking_id": group.booking.pk, "pupils": 19, "adults": 2, "by": group.hanh}
    assert _code(**size) == "more_names_than_pupils"


# --- Booked, confirmed, arrived -----------------------------------------------------------------
@pytest.fixture
def confirmed(group):
    complete(group.booking, group.phuc)
    group.booking = confirm_booking(booking_id=group.booking.pk, by=group.hanh)
    return group


def test_a_confirmed_group_states_who_comes_and_keeps_what_it_booked(confirmed):
    booking = change_group(booking_id=confirmed.booking.pk, pupils=17, adults=2, girls=8, by=confirmed.hanh)
    assert (booking.pupils, booking.confirmed_pupils, booking.seats) == (20, 17, 17)
    assert seats_add_up(confirmed.session)


def test_a_confirmed_group_that_grew_names_everybody_and_is_expected_whole(confirmed, as_user):
    booking = change_group(booking_id=confirmed.booking.pk, pupils=24, adults=2, by=confirmed.hanh)
    named = list(Pupil.objects.filter(enrolments__class_group=confirmed.class_8a1)[:25])
    ids = [pupil.pk for pupil in named]
    with pytest.raises(Refused) as refused:
        set_roster(booking_id=booking.pk, pupil_ids=ids, by=confirmed.hanh)
    assert refused.value.refusal.code == "too_many_names" and "24" in refused.value.refusal.message
    set_roster(booking_id=booking.pk, pupil_ids=ids[:24], by=confirmed.hanh)
    booking.refresh_from_db()
    assert coming_pupils(booking, staying=0) == 24 and coming_pupils(booking, staying=3) == 21
    day = f"{reverse('centre_day')}?date={timezone.localdate(confirmed.session.starts_at):%Y-%m-%d}"
    for person, path in (
        (confirmed.sen, day),
        (confirmed.hanh, reverse("booking_list")),
        (confirmed.hanh, reverse("booking_detail", args=[booking.reference])),
    ):
        said = " ".join(main_of(as_user(person).get(path)).split())
        assert "24 học sinh" in said or "24 trên 24" in said, path


def test_a_count_that_was_fixed_left_out_those_who_stay(confirmed):
    Booking.objects.filter(pk=confirmed.booking.pk).update(confirmed_pupils=17)
    confirmed.booking.refresh_from_db()
    assert coming_pupils(confirmed.booking, staying=3) == 17  # of the 20 booked, three stay at school
    assert coming_pupils(confirmed.booking, staying=5) == 15


def test_the_head_count_is_fixed_by_itself_and_stays(confirmed):
    waits = book(confirmed.session, confirmed.lams_class, confirmed.lam, pupils=8, wait_if_full=True)
    type(waits).objects.filter(pk=confirmed.other.pk).update(papers_due_at=None)  # those stay, whatever the time
    fixed = count_fixed_at(confirmed.session)
    assert keep_deadlines(now=fixed - timedelta(minutes=1))["counts_fixed"] == 0
    assert confirmed.session.booking_closes_at >= fixed  # who waits still moves up
    confirmed.booking.roster.all().delete()
    named = list(Pupil.objects.filter(enrolments__class_group=confirmed.class_8a1)[:20])
    set_roster(booking_id=confirmed.booking.pk, pupil_ids=[pupil.pk for pupil in named], by=confirmed.hanh)
    for pupil in named[:3]:
        pupil.consents.all().delete()
    assert keep_deadlines(now=fixed)["counts_fixed"] == 1
    assert keep_deadlines(now=fixed)["counts_fixed"] == 0
    confirmed.booking.refresh_from_db()
    waits.refresh_from_db()
    assert (confirmed.booking.pupils, confirmed.booking.confirmed_pupils, confirmed.booking.seats) == (20, 17, 17)
    assert waits.state == BookingState.OFFERED and seats_add_up(confirmed.session)
    assert Message.objects.filter(kind="booking_counted", recipient=confirmed.hanh).count() == 1


def test_a_count_that_is_fixed_without_some_pupils_does_not_keep_all_the_girls(confirmed, as_user):
    Booking.objects.filter(pk=confirmed.booking.pk).update(girls=12)
    named = list(Pupil.objects.filter(enrolments__class_group=confirmed.class_8a1)[:20])
    set_roster(booking_id=confirmed.booking.pk, pupil_ids=[pupil.pk for pupil in named], by=confirmed.hanh)
    for pupil in named[:10]:
        pupil.consents.all().delete()
    keep_deadlines(now=count_fixed_at(confirmed.session))
    page = as_user(confirmed.hanh).get(reverse("booking_detail", args=[confirmed.booking.reference]))
    fixed = page.context["counts"][1]
    assert (fixed.pupils, fixed.girls, fixed.boys) == (10, None, None)


def test_a_count_that_is_fixed_as_booked_keeps_the_girls(confirmed):
    Booking.objects.filter(pk=confirmed.booking.pk).update(girls=12)
    keep_deadlines(now=count_fixed_at(confirmed.session))
    confirmed.booking.refresh_from_db()
    assert (confirmed.booking.confirmed_pupils, confirmed.booking.girls) == (20, 12)


def test_a_fixed_count_is_not_changed(confirmed):
    Session.objects.filter(pk=confirmed.session.pk).update(
        starts_at=confirmed.session.starts_at - timedelta(days=9), ends_at=confirmed.session.ends_at - timedelta(days=9)
    )
    assert _code(booking_id=confirmed.booking.pk, pupils=17, adults=2, by=confirmed.hanh) == "count_locked"


# --- Pages --------------------------------------------------------------------------------------
def test_the_page_changes_the_group_and_shows_the_three_counts(group, as_user):
    client = as_user(group.hanh)
    path = reverse("booking_resize", args=[group.booking.reference])
    assert client.get(path).context["form"]["pupils"].value() == 20
    read = version_at(client, path)
    wrong = client.post(path, {"pupils": "40", "girls": "", "adults": "2", "version": read})
    assert wrong.context["form"].errors["pupils"]
    right = {"pupils": "22", "girls": "11", "adults": "2", "version": read}
    assert client.post(path, right).status_code == 302
    other_tab = client.post(path, right | {"pupils": "21"}).context["form"]
    assert [(each.stored, each.typed) for each in other_tab.differences] == [("22", "21")]
    give_consent(*Pupil.objects.filter(enrolments__class_group=group.class_8a1))
    approve(group.booking, group.phuc)
    confirm_booking(booking_id=group.booking.pk, by=group.hanh)
    change_group(booking_id=group.booking.pk, pupils=21, adults=2, girls=10, by=group.hanh)
    page = main_of(client.get(reverse("booking_detail", args=[group.booking.reference])))
    assert "22" in page and "21" in page
