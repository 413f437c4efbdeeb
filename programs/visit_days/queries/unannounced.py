"""What the door needs to let in a group that has no booking."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from programs.accounts.models import User
from programs.bookings.choices import CAME, CANCELLED, COMING, BookingState
from programs.bookings.models import Booking
from programs.bookings.queries import BOOKING_PARTS
from programs.centres.models import Session
from programs.pupils.models import ClassGroup
from programs.schools.choices import SchoolRole
from programs.schools.models import Membership, School
from programs.schools.queries.roles import roles_of
from programs.schools.queries.schools import search_schools

MOST_FOUND = 12
IS_HERE = (*COMING, *CAME, BookingState.NO_SHOW)


def schools_called(text: str) -> list[School]:
    """The first schools of the official list that are found by ``text``; none without one."""
    return list(search_schools(text=text)[:MOST_FOUND]) if text else []


def classes_on_day(school: School, session: Session) -> QuerySet[ClassGroup]:
    """The classes of ``school`` in the school year of the session."""
    day = timezone.localtime(session.starts_at).date()
    classes = ClassGroup.objects.filter(school=school, school_year__starts_on__lte=day, school_year__ends_on__gte=day)
    return classes.select_related("homeroom_teacher").order_by("grade", "name")


def cancelled_for(session: Session) -> QuerySet[Booking]:
    """Groups that cancelled this session: they come all the same now and then."""
    return session.bookings.filter(state__in=(*CANCELLED, BookingState.EXPIRED)).select_related(*BOOKING_PARTS)


def class_is_here_as(session: Session, class_group: ClassGroup | None) -> str:
    """The reference under which the class is expected, has come or was noted as absent."""
    if class_group is None:
        return ""
    found = session.bookings.filter(class_group=class_group, state__in=IS_HERE)
    return found.values_list("reference", flat=True).first() or ""


def speaks_for(school: School, class_group: ClassGroup | None) -> User | None:
    """Who answers for the group at its school: the teacher of the class, or else its coordinator or principal."""
    if class_group and class_group.homeroom_teacher:
        return class_group.homeroom_teacher
    staff = Membership.objects.current().filter(school=school).select_related("user").order_by("pk")
    by_role = {member.role: member.user for member in reversed(staff)}
    return by_role.get(SchoolRole.COORDINATOR) or by_role.get(SchoolRole.PRINCIPAL)


def works_at(school: School, email: str) -> User | None:
    """The person of the school's staff with this address."""
    staff = Membership.objects.current().filter(school=school, user__email__iexact=email.strip())
    member = staff.select_related("user").first()
    return member.user if member else None


def has_teacher(booking: Booking) -> bool:
    """Whether somebody of its school leads the group; one that came unannounced may have the centre's own person."""
    return not booking.unannounced or roles_of(booking.leader).is_staff_of(booking.school)


def led_by(booking: Booking) -> dict[str, Any]:
    """Teacher and class as their form has them."""
    return {"email": booking.leader.email if has_teacher(booking) else "", "class_group": booking.class_group_id}
