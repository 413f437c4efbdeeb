"""What booking reads."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from programs.core.models import Holiday
from programs.schools.models import ClassGroup, School
from programs.schools.queries import classes_to_act_for
from programs.visits.choices import LIVE
from programs.visits.models import Booking, Session
from programs.visits.rules import LiveBooking


def classes_for_booking(user, session: Session) -> list[ClassGroup]:
    """The person's classes of the session's school year and grades, each with ``pupil_count``."""
    day = timezone.localtime(session.starts_at).date()
    trip = session.field_trip
    pupils = Count("enrolments", filter=Q(enrolments__ended_on__isnull=True, enrolments__pupil__left_on__isnull=True))
    return list(
        classes_to_act_for(user)
        .filter(school_year__starts_on__lte=day, school_year__ends_on__gte=day)
        .filter(grade__gte=trip.grade_from, grade__lte=trip.grade_to)
        .select_related("school")
        .annotate(pupil_count=pupils)
        .order_by("school__sort_key", "grade", "name")
    )


def session_to_book(session_id: int) -> Session:
    """The session as it stands with its trip and centre, and ``on_holiday``; one query, since this is the rush."""
    holidays = Holiday.objects.filter(starts_on__lte=OuterRef("day"), ends_on__gte=OuterRef("day"))
    sessions = Session.objects.annotate(day=TruncDate("starts_at")).annotate(on_holiday=Exists(holidays))
    return sessions.select_related("field_trip__centre", "room").get(pk=session_id)


def live_bookings_of_school(school: School, *, now: datetime) -> list[LiveBooking]:
    """The school's live bookings of sessions to come, as the rules judge them."""
    rows = Booking.objects.live().filter(school=school, session__starts_at__gt=now)
    return [
        LiveBooking(*row)
        for row in rows.values_list(
            "reference",
            "session_id",
            "class_group_id",
            "session__field_trip__centre_id",
            "session__starts_at",
            "session__ends_at",
        )
    ]


def someone_waits(session: Session) -> bool:
    return session.bookings.waiting().exists()


def waiting_place(booking: Booking) -> int:
    """The booking's place in its session's waiting list, from 1; 0 when it does not wait."""
    if booking.waiting_since is None or booking.state not in LIVE or booking.holds_seats:
        return 0
    earlier = Q(waiting_since__lt=booking.waiting_since) | Q(waiting_since=booking.waiting_since, pk__lt=booking.pk)
    return Booking.objects.waiting().filter(earlier, session_id=booking.session_id).count() + 1


def reference_taken(reference: str) -> bool:
    return Booking.objects.filter(reference=reference).exists()
