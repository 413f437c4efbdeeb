"""Booking in a season: its limits, its clusters, and the draft that is kept until it opens."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone, translation

from programs.bookings.actions.booking import cancel_booking
from programs.bookings.models import Booking
from programs.centres.models import Season, SeasonOpening, Session
from tests.bookings.forms import refusal_of, send, wish
from tests.centres.make import book, local, make_session
from tests.people import make_cluster, make_year

pytestmark = pytest.mark.django_db


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
