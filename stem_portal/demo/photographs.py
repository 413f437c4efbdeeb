"""Photographs of the latest visits of classes whose pupils have names."""

from __future__ import annotations

from random import Random

from django.core.files.uploadedfile import SimpleUploadedFile

from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.visit_days.actions.photographs import add_photograph
from programs.visit_days.queries.photographs import faces_of
from stem_portal.demo import cast
from stem_portal.demo.pictures import drawn_picture

VISITS = 3


def build_photographs(*, random: Random) -> None:
    """Through the real action: the work alone, and one with two pupils of whom photographs are allowed."""
    held = Booking.objects.filter(state=BookingState.CLOSED, school__name=cast.HOME_SCHOOL, roster__isnull=False)
    for booking in held.select_related("leader").distinct().order_by("-session__starts_at")[:VISITS]:
        seen = [pupil.pk for pupil in faces_of(booking).agreed[:2]]
        for index, pupils in enumerate(([], seen, [])):
            picture, _small = drawn_picture(random, index)
            add_photograph(
                booking_id=booking.pk,
                upload=SimpleUploadedFile("anh.jpg", picture, content_type="image/jpeg"),
                pupil_ids=pupils,
                nobody=not pupils,
                by=booking.leader,
            )
