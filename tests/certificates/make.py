"""A visit that was held, with its list of pupils: what certificates are made of."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

from django.utils import timezone

from programs.bookings.choices import BookingState
from programs.bookings.models import Booking, RosterEntry
from programs.centres.choices import CentreRole
from programs.centres.models import Centre, CentreStaff, FieldTrip, Room, Session
from programs.certificates.actions import issue_certificates
from programs.pupils.models import ClassGroup
from tests.people import make_class, make_pupil, make_school, make_teacher, make_user, make_ward

_serial = count(1)
LONG_NAME = "Lê Hoàng Hiếu Nghĩa Đệ Nhất Thương Tâm Nhân"  # 43 characters, a real one


def make_centre(name: str = "Trung tâm Đổi mới sáng tạo Thủ Dầu Một") -> Centre:
    return Centre.objects.create(
        code=f"TT{next(_serial)}",
        name=name,
        name_en="Thu Dau Mot Innovation Centre",
        ward=make_ward(),
        address="1 Đại lộ Bình Dương",
        phone="+842743822825",
        email="tt@example.vn",
    )


def make_visit(
    *, names: tuple[str, ...] = ("Nguyễn Nhật Minh", LONG_NAME), state: str = BookingState.CLOSED, **fields
) -> Booking:
    """Class 8A1 of Chu Văn An went to the workshop yesterday; cô Hạnh led it."""
    centre = fields.pop("centre", None) or make_centre()
    trip = FieldTrip.objects.create(
        code=f"xuong-{next(_serial)}",
        title="Một ngày ở xưởng chế tạo số",
        title_en="A day at the digital workshop",
        centre=centre,
        grade_from=6,
        grade_to=9,
        minutes=180,
    )
    room, _created = Room.objects.get_or_create(centre=centre, name="Xưởng 1", defaults={"capacity": 400})
    starts = fields.pop("starts_at", None) or timezone.now() - timedelta(days=1)
    session = Session.objects.create(
        field_trip=trip,
        room=room,
        starts_at=starts,
        ends_at=starts + timedelta(hours=3),
        capacity=400,
        booking_opens_at=starts - timedelta(days=40),
        booking_closes_at=starts - timedelta(days=2),
    )
    class_group: ClassGroup = fields.pop("class_group", None) or make_class(f"8A{next(_serial)}", school=make_school())
    leader = fields.pop("leader", None) or make_teacher(school=class_group.school)
    booking = Booking.objects.create(
        reference=f"BD-{next(_serial):05}",
        session=session,
        school=class_group.school,
        class_group=class_group,
        leader=leader,
        contact_phone="+84912345678",
        pupils=max(len(names), 1),
        adults=2,
        state=state,
        **fields,
    )
    for name in names:
        RosterEntry.objects.create(booking=booking, pupil=make_pupil(name, class_group=class_group), attended=True)
    return booking


def make_centre_staff(centre: Centre, full_name: str = "Lý Thị Sen"):
    user = make_user(full_name)
    CentreStaff.objects.create(centre=centre, user=user, role=CentreRole.STAFF)
    return user


def issue(booking: Booking, *, key: str = "", language: str = "vi", by=None):
    return issue_certificates(
        booking_id=booking.pk, by=by or booking.leader, key=key or f"key-{next(_serial)}", language=language
    )
