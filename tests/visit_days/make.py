"""A group is checked in as the page does it: with what was recorded when the page was opened."""

from __future__ import annotations

from django.urls import reverse

from programs.bookings.models import Booking
from programs.centres.models import Session
from programs.core.versions import version_of
from programs.visit_days.actions import arrivals
from programs.visit_days.queries.door import who_came


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
