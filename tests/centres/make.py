"""Centres, trips and sessions for the tests of visits; the 3 June slot, the group of cô Hạnh."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from itertools import count

from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.approvals.actions import group as sizes
from programs.approvals.actions import papers
from programs.approvals.actions.approvals import ask_approvals
from programs.approvals.actions.approvals import decide_approval as _decide_approval
from programs.approvals.models import BookingApproval, BookingPaper
from programs.approvals.policy import may_decide
from programs.approvals.rules.papers import seen_mark
from programs.authorities.choices import ApprovalState
from programs.bookings.actions import group
from programs.bookings.actions.booking import book_session
from programs.bookings.actions.guard import lock_booking
from programs.bookings.models import GROUP, Booking, Group
from programs.bookings.queries import listed, session_to_book
from programs.bookings.rules.booking import adults_needed
from programs.centres.choices import CentreRole
from programs.centres.models import Centre, CentreStaff, FieldTrip, OpeningHours, Room, Session
from programs.core.versions import version_of
from programs.pupils.models import ClassGroup
from programs.pupils.queries import pupils_of_class
from programs.timetables.actions import sessions as changes
from tests.people import give_consent, make_class, make_school, make_teacher, make_user, make_ward, make_year

_serial = count(1)


def make_centre(name: str = "Trung tâm Sáng tạo Thủ Dầu Một", **fields) -> Centre:
    fields.setdefault("code", f"C{next(_serial):04}")
    return Centre.objects.create(
        name=name,
        name_en="Thủ Dầu Một Creative Centre",
        ward=make_ward(),
        address="26 đường Yersin, phường Thủ Dầu Một",
        phone="+842743000126",
        email="thudaumot@example.vn",
        **fields,
    )


def make_trip(title: str = "Một ngày ở xưởng chế tạo số", *, centre: Centre | None = None, **fields) -> FieldTrip:
    """Grades 6 to 9, groups of 40 at most, one adult for 20 pupils."""
    values = {"grade_from": 6, "grade_to": 9, "minutes": 180, "max_pupils": 40, "pupils_per_adult": 20} | fields
    return FieldTrip.objects.create(
        code=f"TRIP-{next(_serial)}",
        title=title,
        title_en="A day in the digital workshop",
        centre=centre or make_centre(),
        **values,
    )


def local(day_offset: int, hour: int = 8) -> datetime:
    """The hour of a day counted from today, in the portal's time zone."""
    day = timezone.localdate() + timedelta(days=day_offset)
    return timezone.make_aware(datetime.combine(day, time(hour)))


def make_session(
    *,
    trip: FieldTrip | None = None,
    starts_at: datetime | None = None,
    room: Room | None = None,
    capacity: int = 40,
    **fields,
) -> Session:
    """A session in ten days at 8:00 that takes bookings until two days before it."""
    trip = trip or make_trip()
    starts_at = starts_at or local(10)
    make_year(timezone.localtime(starts_at).date())
    if room is None:
        room, _ = Room.objects.get_or_create(centre=trip.centre, name="Xưởng chế tạo số", defaults={"capacity": 60})
    values = {
        "ends_at": starts_at + timedelta(hours=3),
        "booking_opens_at": starts_at - timedelta(days=60),
        "booking_closes_at": starts_at - timedelta(days=2),
    } | fields
    return Session.objects.create(field_trip=trip, room=room, starts_at=starts_at, capacity=capacity, **values)


def make_centre_staff(centre: Centre, full_name: str = "Lý Thị Sen", **fields) -> User:
    """Chị Sen receives the groups."""
    user = make_user(full_name, **fields)
    CentreStaff.objects.create(centre=centre, user=user, role=CentreRole.STAFF)
    return user


def make_manager(centre: Centre, full_name: str = "Võ Thành Trung") -> User:
    """Anh Trung plans the centre's sessions, on any day of the week."""
    for weekday in range(7):
        OpeningHours.objects.create(centre=centre, weekday=weekday, opens_at=time(7), closes_at=time(18))
    user = make_user(full_name)
    CentreStaff.objects.create(centre=centre, user=user, role=CentreRole.MANAGER)
    return user


def make_group(class_group: ClassGroup, **said) -> Group:
    """38 pupils and 2 adults unless stated otherwise."""
    return Group(class_group=class_group, **{"pupils": 38, "adults": 2, "contact_phone": "+84912345678"} | said)


def book(session: Session, class_group: ClassGroup, by: User, **fields) -> Booking:
    """A booking through the door that everybody uses: 38 pupils and 2 adults unless stated otherwise."""
    said = {name: fields.pop(name) for name in GROUP if name in fields}
    values = {"key": f"key-{next(_serial)}"} | fields
    fresh = session_to_book(by, session.pk, key=values["key"])
    return book_session(session=fresh, group=make_group(class_group, **said), by=by, **values)


def move_session(session: Session, starts_at: datetime) -> Session:
    """Let the time pass: the session now takes place at ``starts_at``."""
    Session.objects.filter(pk=session.pk).update(
        starts_at=starts_at, ends_at=starts_at + timedelta(hours=3), booking_closes_at=starts_at - timedelta(days=2)
    )
    session.refresh_from_db()
    return session


def seats_add_up(session: Session) -> bool:
    """The one invariant: the places taken are those that the bookings hold."""
    session.refresh_from_db()
    return session.seats_taken == sum(each.seats for each in session.bookings.all())


def approve(booking: Booking, *people: User) -> None:
    """Everyone whose approval is needed approves: ``people`` in the order in which they are asked."""
    with transaction.atomic():
        ask_approvals(booking=lock_booking(booking_id=booking.pk))
    for person in people:
        for approval in booking.approvals.filter(state=ApprovalState.ASKED):
            if may_decide(person, approval):
                decide_approval(approval_id=approval.pk, by=person)


def decide_approval(*, approval_id: int, answer: str = ApprovalState.APPROVED, **said) -> BookingApproval:
    """Somebody reads the page of an approval and answers."""
    booking = BookingApproval.objects.get(pk=approval_id).booking
    return _decide_approval(approval_id=approval_id, answer=answer, seen=seen_mark(booking), **said)


def complete(booking: Booking, *people: User) -> None:
    """Everything that confirming asks for: the trip's papers, the consents of the class, the approvals."""
    for kind in booking.session.field_trip.required_papers.values_list("kind", flat=True):
        hand_in_paper(booking_id=booking.pk, kind=kind, text="Theo kế hoạch của trường.", by=booking.leader)
    give_consent(*pupils_of_class(booking.class_group))
    approve(booking, *people)


def waiting(session: Session, *sizes: int) -> list[Booking]:
    """Groups of these sizes on the waiting list of a full session, in this order, each of a class of its own."""
    groups = []
    for number, pupils in enumerate(sizes, 1):
        teacher = make_teacher(f"Cô Thứ {number}", school=make_school())
        class_group = make_class(f"7C{number}", homeroom_teacher=teacher)
        needed = adults_needed(pupils, session.field_trip.pupils_per_adult)
        groups.append(book(session, class_group, teacher, pupils=pupils, adults=needed, wait_if_full=True))
    return groups


# --- Changing a value at the version that is stored, as a page does that was just opened ---------
def set_roster(*, booking_id: int, pupil_ids: list[int], by: User) -> Booking:
    version = version_of(listed(Booking.objects.get(pk=booking_id)))
    return group.set_roster(booking_id=booking_id, pupils=pupil_ids, version=version, by=by)


def change_group(*, booking_id: int, **said) -> Booking:
    version = version_of(Booking.objects.get(pk=booking_id).size_now)
    return sizes.change_group(booking_id=booking_id, version=version, **said)


def hand_in_paper(*, booking_id: int, kind: str, **said) -> BookingPaper:
    old = BookingPaper.objects.filter(booking=booking_id, kind=kind).first() or BookingPaper()
    return papers.hand_in_paper(booking_id=booking_id, kind=kind, version=version_of(old.contents), **said)


def place_session(*, session_id: int, **said) -> Session:
    version = version_of(Session.objects.get(pk=session_id).place)
    return changes.move_session(session_id=session_id, version=version, **said)


def change_capacity(*, session_id: int, capacity: int, by: User) -> Session:
    version = version_of({"capacity": Session.objects.get(pk=session_id).capacity})
    return changes.change_capacity(session_id=session_id, capacity=capacity, version=version, by=by)
