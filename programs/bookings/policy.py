"""Who books, manages, approves and reads what."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from programs.accounts.models import User
from programs.bookings.choices import CAME, ApprovalKind
from programs.bookings.models import Booking, BookingApproval
from programs.bookings.queries import CITY_DEPTH, approvals_needed, papers_read_by, risks_of
from programs.bookings.rules.papers import Checklist
from programs.centres.queries.schedule import managed_centre_ids
from programs.centres.queries.sessions import centre_ids_of
from programs.core.permissions import EVERYBODY, SCHOOL_STAFF, SIGNED_IN, Reach, Role, does, sees
from programs.schools.choices import Authority, OfficeRole, SchoolRole
from programs.schools.models import Membership, OfficerPost, School
from programs.schools.policy import may_act_for
from programs.schools.queries.roles import roles_of
from programs.schools.queries.schools import schools_in_scope
from programs.schools.rules import COORDINATING, Roles


def may_book(user) -> bool:
    """Whether to offer the person the way to a booking. Strangers may try: they are led to sign in first."""
    return not user.is_authenticated or bool(roles_of(user).working_schools)


def may_book_for(user, school: School) -> bool:
    """Any current member of staff of a working school."""
    return may_act_for(user, school)


def may_manage(user, group: Any) -> bool:
    """The group's leader, and the school's coordinator or head; colleagues may look but not change anything.

    ``group`` is a booking, or an entry in a draw.
    """
    roles, school = roles_of(user), group.school
    if not may_act_for(user, school):
        return False
    return user.pk == group.leader_id or roles.coordinates(school) or SchoolRole.PRINCIPAL in roles.roles_at(school)


def may_receive(user, booking: Booking) -> bool:
    """The staff of the centre that the group visits."""
    return booking.session.field_trip.centre_id in centre_ids_of(user)


def may_cancel(user, booking: Booking) -> bool:
    """Either side."""
    return may_manage(user, booking) or may_receive(user, booking)


def may_write_needs(user, booking: Booking) -> bool:
    """Access and medical needs are written by the group's leader alone."""
    return user.pk == booking.leader_id and may_manage(user, booking)


def may_read_needs(user, booking: Booking) -> bool:
    """They are for the host, and for the leader who wrote them: not for colleagues and officers."""
    return user.pk == booking.leader_id or may_receive(user, booking)


def may_make_exception(user, booking: Booking) -> bool:
    """The centre's manager and the department answer for more pupils than were planned; nobody else may."""
    return roles_of(user).is_department or booking.session.field_trip.centre_id in managed_centre_ids(user)


def may_read_papers(user, booking: Booking) -> bool:
    return Booking.objects.filter(papers_read_by(user), pk=booking.pk).exists()


def with_principal_known(schools: Iterable[int]) -> set[int]:
    """Those of ``schools`` that have a principal in the portal."""
    principals = Membership.objects.current().filter(school__in=schools, role=SchoolRole.PRINCIPAL)
    return set(principals.values_list("school_id", flat=True))


def decides_for_school(roles: Roles, booking: Booking, *, with_principal: set[int]) -> bool:
    """The principal, or the coordinator where there is none; either of them where the school decides alone."""
    school = booking.school
    if not school.is_working:
        return False
    if SchoolRole.PRINCIPAL in roles.roles_at(school):
        return True
    if not roles.coordinates(school):
        return False
    return school.pk not in with_principal or approvals_needed(risks_of(booking)) == (ApprovalKind.PRINCIPAL,)


def deciders_of(approval: BookingApproval) -> list[User]:
    """Who is asked: the school's principal, or else its coordinators; the officers who look after the school."""
    booking = approval.booking
    if approval.kind == ApprovalKind.PRINCIPAL:
        staff = Membership.objects.current().filter(school=booking.school_id).select_related("user").order_by("pk")
        heads = [each.user for each in staff.filter(role=SchoolRole.PRINCIPAL)]
        return heads or list({each.user_id: each.user for each in staff.filter(role__in=COORDINATING)}.values())
    of_ward = approval.kind == ApprovalKind.WARD and booking.school.authority != Authority.DEPARTMENT
    return _officers(booking.school, OfficeRole.WARD if of_ward else OfficeRole.DEPARTMENT)


def _officers(school: School, role: str) -> list[User]:
    """The officers of ``role`` who look after the school; a ward post without a ward looks after none."""
    areas: set[int] = set()
    for leaf in (school.ward, school.cluster):
        for _floor in range(CITY_DEPTH):
            if leaf is None:
                break
            areas.add(leaf.pk)
            leaf = leaf.parent
    within = Q(areas__in=areas)
    if role == OfficeRole.DEPARTMENT:
        within |= Q(areas__isnull=True)
    posts = OfficerPost.objects.filter(within, role=role, user__is_active=True).select_related("user")
    return list({post.user_id: post.user for post in posts.order_by("pk")}.values())


def may_decide(user, booking: Booking, kind: str) -> bool:
    """Whether this person's answer counts as ``kind`` for this booking."""
    roles, school = roles_of(user), booking.school
    if kind == ApprovalKind.PRINCIPAL:
        led = roles.is_staff_of(school)
        return led and decides_for_school(roles, booking, with_principal=with_principal_known([school.pk]))
    of_ward = kind == ApprovalKind.WARD and school.authority != Authority.DEPARTMENT
    officer = roles.is_ward_officer if of_ward else roles.is_department
    return officer and schools_in_scope(user).filter(pk=school.pk).exists()


def approves_by_confirming(user, checklist: Checklist) -> bool:
    """Whether nothing but this person's own approval for the school is missing."""
    missing = [line.kind for line in checklist.approvals if not line.done]
    return missing == [ApprovalKind.PRINCIPAL] and may_decide(user, checklist.booking, ApprovalKind.PRINCIPAL)


def may_keep_photographs(user, booking: Booking) -> bool:
    """The group's leader, the head of its school, and its host."""
    return may_cancel(user, booking)


def may_add_photographs(user, booking: Booking) -> bool:
    """Those whose part it is, once the group has come."""
    return booking.state in CAME and may_keep_photographs(user, booking)


PERMISSIONS = [
    sees(_("the sessions of field trips with the places left"), EVERYBODY, "session_detail", reach=Reach.ALL),
    sees(_("the list of bookings, containing those within their scope"), SIGNED_IN, "booking_list"),
    sees(
        _("bookings with the group leader, the phone number and, until the visit, the calendar entry"),
        (*SCHOOL_STAFF, Role.CENTRE_STAFF, Role.WARD_OFFICER, Role.DEPARTMENT_OFFICER),
        "booking_detail",
        "booking_calendar",
    ),
    does(_("book places for a class, or join the waiting list"), SCHOOL_STAFF, "session_book", reach=Reach.ALL),
    does(_("confirm the visits they lead; the school's leadership any visit"), SCHOOL_STAFF, "booking_confirm"),
    does(_("list the pupils who take part in a visit"), SCHOOL_STAFF, "booking_roster"),
    does(
        _("tell the centre what to prepare for the group they lead; nobody else at school reads it"),
        (Role.TEACHER,),
        "booking_needs",
    ),
    does(
        _("submit the papers of a visit, change the size of its group, and answer offers while it is waiting"),
        SCHOOL_STAFF,
        "booking_paper",
        "booking_resize",
        "booking_answer",
    ),
    sees(
        _("the papers of visits they lead, are responsible for, host or are asked to approve"),
        (*SCHOOL_STAFF, Role.CENTRE_STAFF, Role.WARD_OFFICER, Role.DEPARTMENT_OFFICER),
        "paper_file",
    ),
    does(
        _("approve or refuse visits for the school (the coordinator, unless it must be the principal)"),
        (Role.COORDINATOR, Role.PRINCIPAL),
        "approval_principal",
    ),
    does(
        _(
            "approve or refuse visits that are far away, paid for or for primary pupils (for upper secondary "
            "schools, the department)"
        ),
        (Role.WARD_OFFICER,),
        "approval_ward",
    ),
    does(
        _("allow or refuse primary pupils to leave their city for a visit"),
        (Role.DEPARTMENT_OFFICER,),
        "approval_department",
    ),
    does(
        _("accept offered places, or leave the waiting list, through the personal link in an email"),
        EVERYBODY,
        "waiting_answer",
        reach=Reach.ALL,
    ),
    does(_("cancel bookings"), (*SCHOOL_STAFF, Role.CENTRE_STAFF), "booking_cancel"),
    does(
        _("give a waiting group places by exception, with a reason (centre managers)"),
        (Role.CENTRE_STAFF, Role.DEPARTMENT_OFFICER),
        "booking_exception",
    ),
]
