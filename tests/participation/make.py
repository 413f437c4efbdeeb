"""Visits that were held and lessons that were taught, on a day, by a class, with numbers."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import count

from django.utils import timezone

from programs.activities.choices import OwnKind
from programs.activities.models import OwnActivity, TaughtActivity
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.centres.models import Centre, FieldTrip, Room, Session
from programs.core.models import SchoolYear, Term
from programs.curricula.models import Curriculum
from programs.pupils.models import ClassGroup
from programs.schools.models import School, SchoolLevel
from tests.people import make_class, make_teacher, make_user, make_ward, make_year

_serial = count(1)


def make_terms() -> tuple[Term, Term]:
    """The first and the second term of last school year: both are over."""
    year = make_year(timezone.localdate() - timedelta(days=366))
    first, second = year.terms.order_by("number")
    return first, second


def make_current_term() -> Term:
    today = timezone.localdate()
    return make_year().terms.get(starts_on__lte=today, ends_on__gte=today)


def make_session(day: date, *, clock: time = time(8, 0)) -> Session:
    centre, _ = Centre.objects.get_or_create(
        code="TDM",
        defaults={
            "name": "Trung tâm Đổi mới sáng tạo Thủ Dầu Một",
            "name_en": "Thu Dau Mot Innovation Centre",
            "ward": make_ward(),
            "address": "1 Đại lộ Bình Dương",
            "phone": "+842743822825",
            "email": "tt@example.vn",
        },
    )
    trip, _ = FieldTrip.objects.get_or_create(
        code="xuong",
        defaults={"title": "Một ngày ở xưởng", "centre": centre, "grade_from": 1, "grade_to": 12, "minutes": 120},
    )
    room = Room.objects.create(centre=centre, name=f"Xưởng {next(_serial)}", capacity=400)
    starts = timezone.make_aware(datetime.combine(day, clock))
    return Session.objects.create(
        field_trip=trip,
        room=room,
        starts_at=starts,
        ends_at=starts + timedelta(hours=2),
        capacity=400,
        booking_opens_at=starts - timedelta(days=40),
        booking_closes_at=starts - timedelta(days=2),
    )


def make_visit(
    school: School,
    day: date,
    *,
    class_name: str | None = "8A1",
    pupils: int = 30,
    girls: int = 14,
    state: str = BookingState.CLOSED,
    clock: time = time(8, 0),
) -> Booking:
    came = state in (BookingState.CLOSED, BookingState.ATTENDED)
    return Booking.objects.create(
        reference=f"BD-{next(_serial):05}",
        session=make_session(day, clock=clock),
        school=school,
        class_group=class_of(school, class_name, day) if class_name else None,
        leader=make_user("Trần Thị Hạnh"),
        contact_phone="+84912345678",
        pupils=40,
        adults=2,
        state=state,
        arrived_pupils=pupils if came else None,
        arrived_girls=girls if came else None,
    )


def class_of(school: School, name: str, day: date) -> ClassGroup:
    year: SchoolYear = make_year(day)
    known = ClassGroup.objects.filter(school=school, name=name, school_year=year).first()
    return known or make_class(name, school=school, school_year=year)


def make_own(school: School, day: date, *, pupils: int = 120, girls: int = 66, **fields) -> OwnActivity:
    """A STEM festival of the school."""
    level = SchoolLevel.objects.filter(school=school).values_list("level", flat=True)[0]
    about = {"kind": OwnKind.FESTIVAL, "title": "Ngày hội STEM", "minutes": 240, "teachers": 8, "level": level} | fields
    teacher = make_teacher(school=school)
    return OwnActivity.objects.create(
        school=school, held_on=day, pupils=pupils, girls=girls, reported_by=teacher, **about
    )


def make_lesson(school: School, day: date, *, grade: int = 8, pupils: int = 35, girls: int = 17) -> TaughtActivity:
    curriculum, _ = Curriculum.objects.get_or_create(
        code="cau-giay",
        defaults={"title": "Cây cầu giấy", "grade_from": 1, "grade_to": 12, "minutes": 90},
    )
    return TaughtActivity.objects.create(
        school=school,
        curriculum=curriculum,
        grade=grade,
        taught_on=day,
        pupils=pupils,
        girls=girls,
        reported_by=make_teacher(school=school),
    )
