"""Who books, manages, approves and reads what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from programs.accounts.models import User
from programs.authorities import rules as questions
from programs.authorities.choices import ApprovalKind, ApprovalState, Office
from programs.authorities.queries import approvals_needed, holders_of, whom_to_ask
from programs.bookings.models import Booking, BookingApproval
from programs.bookings.queries import BOOKING_PARTS, answered_by, papers_read_by, risks_of
from programs.bookings.rules.papers import WITH_APPROVALS, Checklist
from programs.centres.queries.schedule import managed_centre_ids, oversees_centre
from programs.centres.queries.sessions import centre_ids_of
from programs.core.permissions import EVERYBODY, SCHOOL_STAFF, SIGNED_IN, Reach, Role, does, sees
from programs.core.queries import met_by_one
from programs.schools.choices import SchoolRole
from programs.schools.models import School
from programs.schools.policy import may_act_for
from programs.schools.queries.roles import roles_of


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
    centre = booking.session.field_trip.centre_id
    return oversees_centre(user, centre) or centre in managed_centre_ids(user)


def may_read_papers(user, booking: Booking) -> bool:
    return met_by_one(Booking.objects.filter(pk=booking.pk), *papers_read_by(user)).exists()


def may_take_papers(user, booking: Booking, source: Booking) -> bool:
    """Whoever hands in the papers of both, which are of one school and one field trip."""
    same = booking.session.field_trip_id == source.session.field_trip_id and booking.school_id == source.school_id
    return same and booking.pk != source.pk and may_manage(user, booking) and may_manage(user, source)


def papers_offered(user, checklist: Checklist) -> Booking | None:
    """The booking whose papers the person may take over: the one with most of what is missing, the latest first."""
    booking, missing = checklist.booking, checklist.kinds_missing
    if not missing:
        return None
    there = Booking.objects.filter(papers__kind__in=missing, session__field_trip=booking.session.field_trip_id)
    fullest = there.filter(school=booking.school_id).annotate(useful=Count("papers")).order_by("-useful", "-pk")
    others = fullest.select_related(*BOOKING_PARTS)
    return next((each for each in others if may_take_papers(user, booking, each)), None)


def offices_of(approval: BookingApproval) -> tuple[str, ...]:
    """Whose answer counts for this approval now."""
    alone = approvals_needed(risks_of(approval.booking)) == (ApprovalKind.PRINCIPAL,)
    return questions.offices_of(approval, approval.booking.school, alone=alone)


def deciders_of(approval: BookingApproval) -> list[User]:
    """Everybody whose answer counts now: those who are asked, and those who were asked before them."""
    school = approval.booking.school
    people = [person for office in offices_of(approval) for person in holders_of(office, school)]
    return list({person.pk: person for person in people}.values())


def may_decide(user, approval: BookingApproval) -> bool:
    return user.is_authenticated and user in deciders_of(approval)


def approvals_to_decide(user, *, now: datetime) -> list[BookingApproval]:
    """What waits for this person's yes or no, the nearest visit first."""
    asked = BookingApproval.objects.filter(
        answered_by(user),
        state=ApprovalState.ASKED,
        booking__state__in=WITH_APPROVALS,
        booking__session__starts_at__gt=now,
    ).select_related(*(f"booking__{part}" for part in (*BOOKING_PARTS, "school__ward")))
    heads = {school.pk for school in roles_of(user).schools_as(SchoolRole.PRINCIPAL)}
    rows = asked.order_by("booking__session__starts_at", "pk")
    return [row for row in rows if _is_asked(row, heads)]


def _is_asked(approval: BookingApproval, heads: set[int]) -> bool:
    """A coordinator is asked beside the head only where the school decides alone."""
    if approval.office != Office.PRINCIPAL or approval.booking.school_id in heads:
        return True
    return Office.COORDINATOR in offices_of(approval)


def approves_by_confirming(user, checklist: Checklist) -> bool:
    """Whether nothing but this person's own approval for the school is missing."""
    missing = [line for line in checklist.approvals if not line.done]
    if [line.kind for line in missing] != [ApprovalKind.PRINCIPAL]:
        return False
    return may_decide(user, missing[0].row or _not_asked_yet(checklist.booking))


def _not_asked_yet(booking: Booking) -> BookingApproval:
    asked = whom_to_ask(ApprovalKind.PRINCIPAL, booking.school)
    return BookingApproval(booking=booking, kind=ApprovalKind.PRINCIPAL, asked_of=asked.office)


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
        "booking_papers_of",
        "booking_resize",
        "booking_ask_again",
        "booking_answer",
    ),
    sees(
        _("the papers of visits they lead, are responsible for, host or are asked to approve"),
        (*SCHOOL_STAFF, Role.CENTRE_STAFF, Role.WARD_OFFICER, Role.DEPARTMENT_OFFICER),
        "paper_file",
    ),
    does(
        _(
            "approve visits for the school, send them back or refuse them (the coordinator, where there is no "
            "principal or none who answers)"
        ),
        (Role.COORDINATOR, Role.PRINCIPAL),
        "approval_principal",
    ),
    does(
        _(
            "approve visits that are far away, paid for or for primary pupils, send them back or refuse them (for "
            "upper secondary schools, the department); also any visit of a school where nobody answers"
        ),
        (Role.WARD_OFFICER,),
        "approval_ward",
    ),
    does(
        _(
            "allow primary pupils to leave their city for a visit, or refuse it; also answer for a ward that has no "
            "officer or does not answer"
        ),
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
