"""What a visit has and lacks: its papers, consents and approvals; who sees and answers them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q, QuerySet

from programs.accounts.models import User
from programs.approvals.models import BookingApproval, BookingPaper
from programs.approvals.rules import papers
from programs.approvals.rules.group import count_locks_at
from programs.approvals.rules.papers import Checklist, Consents, PaperLine
from programs.authorities import queries as authorities
from programs.authorities.choices import ApprovalKind, ApprovalState, Office
from programs.authorities.rules import ApprovalLine
from programs.bookings.models import Booking
from programs.bookings.queries import BOOKING_PARTS, bookings_visible_to, class_of, seen_as
from programs.centres.choices import CentreRole, PaperKind, VisitRisk
from programs.centres.models import Session
from programs.centres.queries.sessions import centre_ids_of
from programs.consents.choices import ConsentPurpose
from programs.consents.queries.in_force import in_force
from programs.core.calendar import working_days
from programs.core.queries import held_by, met_by_one
from programs.schools.choices import Authority
from programs.schools.queries.roles import roles_of
from programs.schools.rules import LEADING


def consents_of(booking: Booking) -> Consents:
    """The count from the ledger, read now; none is kept."""
    listed = set(booking.roster.values_list("pupil_id", flat=True))
    named = bool(listed)
    if not named:
        listed = class_of(booking)
    agreed = len(in_force(listed, ConsentPurpose.TAKE_PART)) if listed else 0
    return Consents(named=named, listed=len(listed), agreed=agreed, pupils=booking.pupils)


def papers_of(booking: Booking) -> list[PaperLine]:
    """In the order in which a school writes them."""
    wanted = set(booking.session.field_trip.required_papers.values_list("kind", flat=True))
    handed_in = {paper.kind: paper for paper in booking.papers.select_related("handed_in_by")}
    return [PaperLine(kind, handed_in.get(kind)) for kind in PaperKind if kind in wanted or kind in handed_in]


def papers_visible_to(user) -> QuerySet[BookingPaper]:
    """Papers for the leader and who leads the school, who was asked to approve, and the centre's staff."""
    seen = met_by_one(bookings_visible_to(user), *papers_read_by(user)).values("pk")
    return BookingPaper.objects.filter(booking__in=seen).select_related("booking__session__field_trip")


def papers_read_by(user) -> tuple[Q | None, ...]:
    """The conditions on a booking one of which lets read its papers."""
    roles = roles_of(user)
    asked = BookingApproval.objects.filter(answered_by(user)).values("booking") if roles.is_officer else None
    return (
        Q(leader=user.pk),
        held_by("school", [school.pk for school in roles.schools_as(*LEADING)]),
        held_by("session__field_trip__centre", centre_ids_of(user)),
        Q(pk__in=asked) if asked is not None else None,
    )


def answered_by(user) -> Q:
    """The approvals that are the person's to answer, of any state: ``rules.offices_of`` as a condition.

    Where the school decides alone is not seen here: a coordinator gets the approvals of the head, too.
    """
    found, order = Q(pk__in=[]), list(Office)
    for office, schools in authorities.schools_answered_for(user).items():
        place = order.index(office)
        mine = Q(kind=office) | Q(kind__in=order[:place], asked_of__in=order[place:])
        if office == Office.COORDINATOR:
            mine |= Q(kind=ApprovalKind.PRINCIPAL)
        if office == Office.DEPARTMENT:
            mine |= Q(kind=ApprovalKind.WARD, booking__school__authority=Authority.DEPARTMENT)
        found |= mine & Q(booking__school__in=schools.values("pk"))
    return found


def risks_of(booking: Booking) -> tuple[VisitRisk, ...]:
    """What currently makes this booking riskier than a visit next door."""
    return authorities.risks_of_visit(booking.session.field_trip, booking.school, grade=booking.grade)


def count_fixed_at(session: Session) -> datetime:
    """When the head counts of its groups are finalised, by the school calendar."""
    first = session.starts_at - timedelta(days=session.field_trip.centre.count_locks_days)
    return count_locks_at(session, days=working_days(first, session.starts_at))


def grace_until(booking: Booking, *, now: datetime) -> datetime:
    """Until when a visit keeps its places for an authority's answer; the next in line get a chance to come."""
    days = settings.JURISDICTION.get("approval_days", {}).get("grace", 0)
    end, off = authorities.end_of_working_day(now, days), working_days(now, booking.session.starts_at)
    return papers.grace_ends(booking.session, end=end, days=off, now=now)


def told_of_silence(booking: Booking) -> list[User]:
    """Who is told that a visit waits for an authority: the centre's managers and the department."""
    posts = booking.session.field_trip.centre.staff.filter(ended_on__isnull=True, role=CentreRole.MANAGER)
    people = [post.user for post in posts.filter(user__is_active=True).select_related("user")]
    return list(
        {each.pk: each for each in (*people, *authorities.holders_of(Office.DEPARTMENT, booking.school))}.values()
    )


def to_fall_on(*, now: datetime) -> QuerySet[Booking]:
    """Bookings with an approval whose time is over, or that nobody can answer any more."""
    states, asked = papers.WITH_APPROVALS, BookingApproval.objects.filter(state=ApprovalState.ASKED)
    rows = asked.filter(booking__state__in=states, booking__session__starts_at__gt=now)
    rows = rows.exclude(asked_of=Office.DEPARTMENT).select_related("booking__school__ward", "booking__school__cluster")
    late = [row.booking_id for row in rows if (row.answer_by and row.answer_by <= now) or not _manned(row)]
    return Booking.objects.filter(pk__in=late)


def _manned(approval: BookingApproval) -> bool:
    return bool(authorities.holders_of(approval.office, approval.booking.school))


def price_changed(*, now: datetime) -> QuerySet[Booking]:
    """Coming bookings with an approval that was given to another price."""
    answered = BookingApproval.objects.filter(state=ApprovalState.APPROVED, booking__session__starts_at__gt=now)
    other = answered.exclude(price_vnd=F("booking__session__field_trip__price_vnd")).filter(price_vnd__isnull=False)
    return Booking.objects.filter(state__in=papers.WITH_APPROVALS, pk__in=other.values("booking"))


def approvals_of(booking: Booking, needed: Iterable[str]) -> list[ApprovalLine]:
    rows = {row.kind: row for row in booking.approvals.select_related("decided_by")}
    return [ApprovalLine(kind, booking.school, rows.get(kind)) for kind in needed]


def approvals_visible_to(user) -> QuerySet[BookingApproval]:
    """The approvals of the bookings that the person sees; who may decide one is another question."""
    approvals = met_by_one(BookingApproval.objects.all(), *seen_as(user, "booking__"))
    return approvals.select_related(*(f"booking__{part}" for part in (*BOOKING_PARTS, "school__ward")))


def checklist_of(booking: Booking) -> Checklist:
    risks = risks_of(booking)
    needed = authorities.approvals_needed(risks)
    return Checklist(booking, risks, papers_of(booking), consents_of(booking), approvals_of(booking, needed))
