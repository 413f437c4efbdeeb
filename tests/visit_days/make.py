"""A day at the centre: who comes, and closing and checking in as the pages do it, with what was read on them."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.centres.models import Session
from programs.core.versions import version_of
from programs.visit_days.actions import arrivals
from programs.visit_days.queries.door import who_came
from tests.centres.make import book, local, move_session
from tests.people import make_class, make_school, make_teacher


def close_on_page(client, session: Session, **ticked):
    """The page that closes one session is read, and sent back as it was read."""
    address = reverse("session_close", args=[session.pk])
    version = client.get(address).context["form"]["version"].value()
    return client.post(address, {"version": version} | ticked)


def day_values(client) -> dict[int, str]:
    """What the page that closes all sessions of today ticks, by session."""
    form = client.get(reverse("day_close")).context["form"]
    return {int(value.split("-")[0]): value for value, _label in form.fields["sessions"].choices}


def check_in(*, booking_id: int, **figures) -> Booking:
    read = who_came(Booking.objects.get(pk=booking_id))
    return arrivals.check_in(booking_id=booking_id, version=version_of(read), **figures)


def came(world, pupils: int = 36) -> Booking:
    return check_in(
        booking_id=world.booking.pk, pupils=pupils, girls=18, adults=2, absent=world.pupils[pupils:], by=world.sen
    )


def now_is(booking: Booking) -> tuple:
    booking.refresh_from_db()
    return booking.state, booking.arrived_pupils


def over(session: Session) -> None:
    """Let the session end a moment ago."""
    Session.objects.filter(pk=session.pk).update(ends_at=timezone.now() - timedelta(seconds=1))
    session.refresh_from_db()


def book_today(world, name: str, *, pupils: int, state: str = BookingState.HELD, wait: bool = False) -> Booking:
    """Another class books before its session begins; the clock is then put back."""
    school = make_school(f"Trường THCS {name}")
    teacher = make_teacher(f"Lê Thị {name}", school=school)
    began = world.session.starts_at
    move_session(world.session, local(10))
    booking = book(world.session, make_class(name, school=school), teacher, pupils=pupils, adults=2, wait_if_full=wait)
    if state == BookingState.CONFIRMED:
        Booking.objects.filter(pk=booking.pk).update(state=state, confirmed_at=timezone.now())
    move_session(world.session, began)
    return booking
