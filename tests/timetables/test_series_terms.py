"""Anh Trung changes how a whole series is booked: sessions whose groups would be hurt stay as they are and say why."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from programs.bookings.choices import BookingState
from programs.centres.choices import BookingMode, WaitingPolicy
from programs.centres.models import Season, Session
from programs.core.refusals import Refused
from programs.core.versions import version_of
from programs.notices.models import Message
from programs.timetables import queries
from programs.timetables.actions.terms import change_series_terms
from programs.timetables.rules import TermsChange
from tests.centres.make import book, local, make_centre, make_centre_staff, seats_add_up
from tests.pages import main_of
from tests.people import make_year
from tests.timetables.test_series import make_manager, refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def spring() -> Season:
    made = Season.objects.create(
        code="MUA-1", name="Mùa xuân", school_year=make_year(), opens_at=local(-2, 7), closes_at=local(90, 17)
    )
    return Season.objects.get(pk=made.pk)


def sessions(plan) -> list[Session]:
    return list(plan.series.sessions.order_by("starts_at"))


def change(plan, *, by=None, **said):
    wanted = TermsChange(**said)
    version = version_of(queries.terms_plan_of(plan.series, wanted, now=timezone.now()).seen)
    return change_series_terms(series_id=plan.series.pk, change=wanted, version=version, by=by or plan.trung)


def test_the_page_shows_which_sessions_change_and_which_stay_and_why(plan, as_user):
    """7B waits for the first session under its present order: it alone stays."""
    client, address = as_user(plan.trung), reverse("series_terms", args=[plan.series.pk])
    assert client.get(address).status_code == 200
    data = {"waiting_policy": "strict", "one_group": "", "season": "", "booking_opens_at": "", "closes_days": "3"}
    shown = client.post(address, data | {"preview": "1"})
    found = shown.context["plan"]
    assert (len(found.changing), [line.session.pk for line in found.staying]) == (5, [plan.first.pk])
    assert plan.waiting.reference in main_of(shown) and plan.coming.reference not in main_of(shown)
    assert {each.waiting_policy for each in sessions(plan)} == {"first_fit"}, "looking changes nothing"
    made = client.post(address, data | {"make": shown.context["version"]})
    assert made.url == reverse("series_detail", args=[plan.series.pk])
    assert [each.waiting_policy for each in sessions(plan)] == ["first_fit"] + ["strict"] * 5
    assert {(each.starts_at - each.booking_closes_at).days for each in sessions(plan)[1:]} == {3}
    again = client.post(address, data | {"make": shown.context["version"]})
    assert again.status_code == 200, "the page of what would happen now"
    assert ModelLogEntry.objects.filter(action="session.terms").count() == 5
    assert ModelLogEntry.objects.filter(action="series.terms").count() == 1
    assert "các buổi còn lại trong chuỗi" in main_of(client.get(made.url)), "its history says so"
    assert not Message.objects.exists(), "nobody is touched, so nobody is told"


def test_a_season_is_given_to_the_sessions_without_groups(plan, spring):
    found = change(plan, season=spring)
    assert [line.refusal.code for line in found.staying] == ["would_hurt"]
    assert [each.season for each in sessions(plan)] == [None] + [spring] * 5
    assert {each.booking_opens_at for each in sessions(plan)[1:]} == {spring.opens_at}
    left = change(plan, leave_season=True)
    assert len(left.changing) == 5 and {each.season for each in sessions(plan)} == {None}


def test_a_season_sets_when_booking_opens(plan, spring):
    Session.objects.filter(pk=plan.first.pk).update(season=spring, booking_opens_at=spring.opens_at)
    found = change(plan, booking_opens_at=local(-1))
    assert [(line.session.pk, line.refusal.code) for line in found.staying] == [(plan.first.pk, "season_opens")]
    assert [each.booking_opens_at for each in sessions(plan)] == [spring.opens_at] + [local(-1)] * 5


def test_the_season_is_taken_as_it_is_when_it_is_given(plan, spring):
    """The page was read before the department moved the opening: the preview is shown again."""
    wanted = TermsChange(season=spring)
    version = version_of(queries.terms_plan_of(plan.series, wanted, now=timezone.now()).seen)
    Season.objects.filter(pk=spring.pk).update(opens_at=local(-1))

    def change_as_read():
        change_series_terms(series_id=plan.series.pk, change=wanted, version=version, by=plan.trung)

    assert refusal(change_as_read) == "changed_meanwhile"
    assert len(change(plan, season=Season.objects.get(pk=spring.pk)).changing) == 5
    assert sessions(plan)[1].booking_opens_at == local(-1)


def test_a_group_that_books_between_preview_and_yes_is_not_hurt(plan, spring):
    wanted = TermsChange(season=spring)
    version = version_of(queries.terms_plan_of(plan.series, wanted, now=timezone.now()).seen)
    book(sessions(plan)[2], plan.class_8a1, plan.hanh, pupils=30)

    def change_as_read():
        change_series_terms(series_id=plan.series.pk, change=wanted, version=version, by=plan.trung)

    assert refusal(change_as_read) == "changed_meanwhile"
    assert {each.season for each in sessions(plan)} == {None}


def test_what_moves_the_list_moves_it_at_once(plan):
    """Booking of the first session opens only next week: 7B waits. It opens now, and places become free for it."""
    Session.objects.filter(pk=plan.first.pk).update(booking_opens_at=local(7), capacity=60)
    change(plan, booking_opens_at=local(-1))
    plan.waiting.refresh_from_db()
    assert plan.waiting.state == BookingState.OFFERED and seats_add_up(plan.first)


def test_what_changes_nothing_or_can_never_be_is_refused(plan):
    assert refusal(lambda: change(plan)) == "nothing"
    assert refusal(lambda: change(plan, waiting_policy=WaitingPolicy.FIRST_FIT)) == "nothing"
    assert refusal(lambda: change(plan, booking_opens_at=local(40))) == "all_stay"
    plan.series.sessions.update(mode=BookingMode.BALLOT)
    with pytest.raises(Refused) as drawn:
        change(plan, closes_days=5)
    assert drawn.value.refusal.code == "all_stay", "their places are drawn"


def test_only_the_centres_managers_change_how_a_series_is_booked(plan, as_user):
    sen = make_centre_staff(plan.centre, "Đỗ Văn Sen")
    with pytest.raises(PermissionDenied):
        change(plan, by=sen, closes_days=3)
    address = reverse("series_terms", args=[plan.series.pk])
    assert as_user(sen).get(address).status_code == 403
    assert as_user(make_manager(make_centre("Trung tâm Dĩ An"), "Lý Thị An")).get(address).status_code == 404


def test_the_preview_costs_the_same_with_two_and_with_six_sessions(plan, django_assert_num_queries):
    for count in (6, 2):
        with django_assert_num_queries(2):  # the sessions with their seasons; the groups with their schools
            found = queries.terms_plan_of(plan.series, TermsChange(closes_days=3), now=timezone.now())
        assert len(found.lines) == count
        Session.objects.filter(pk__in=[line.session.pk for line in found.lines[2:]]).update(state="cancelled")
