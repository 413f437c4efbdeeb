"""How far a booking is: its papers, its consents, its approvals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from programs.accounts.models import User
from programs.bookings.choices import ApprovalKind, ApprovalState
from programs.bookings.models import Booking, BookingApproval, BookingPaper
from programs.bookings.queries.bookings import BOOKING_PARTS, bookings_visible_to, class_of
from programs.bookings.rules import papers as rules
from programs.centres.choices import PaperKind, VisitRisk
from programs.centres.queries.sessions import centre_ids_of
from programs.consents.choices import ConsentPurpose
from programs.consents.queries import in_force
from programs.core.choices import level_of_grade
from programs.core.refusals import Refusal
from programs.schools.choices import Authority, OfficeRole, SchoolRole
from programs.schools.models import Area, Membership, OfficerPost, School
from programs.schools.queries.roles import roles_of
from programs.schools.queries.schools import schools_in_scope
from programs.schools.rules import COORDINATING, Roles

CITY_DEPTH = 4  # floors of the tree of areas


# --- Consents -----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Consents:
    """What the ledger says of those who may come: the named ones, or else the class."""

    named: bool
    listed: int
    agreed: int
    pupils: int

    @property
    def staying(self) -> int:
        """How many of the booked pupils nobody has agreed for; a class that is not in the portal is not counted."""
        if not self.listed:
            return 0
        return self.listed - self.agreed if self.named else max(0, self.pupils - self.agreed)


def consents_of(booking: Booking) -> Consents:
    """The count from the ledger, read now; none is kept."""
    listed = set(booking.roster.values_list("pupil_id", flat=True))
    named = bool(listed)
    if not named:
        listed = class_of(booking)
    agreed = len(in_force(listed, ConsentPurpose.TAKE_PART)) if listed else 0
    return Consents(named=named, listed=len(listed), agreed=agreed, pupils=booking.pupils)


# --- Papers -------------------------------------------------------------------------------------
@dataclass(frozen=True)
class PaperLine:
    """A paper that the field trip asks for, and what was handed in."""

    kind: str
    paper: BookingPaper | None

    @property
    def label(self) -> str:
        return PaperKind(self.kind).label


def papers_of(booking: Booking) -> list[PaperLine]:
    """In the order in which a school writes them."""
    wanted = set(booking.session.field_trip.required_papers.values_list("kind", flat=True))
    handed_in = {paper.kind: paper for paper in booking.papers.select_related("handed_in_by")}
    return [PaperLine(kind, handed_in.get(kind)) for kind in PaperKind if kind in wanted or kind in handed_in]


def paper_of(booking: Booking, kind: str) -> BookingPaper | None:
    return booking.papers.filter(kind=kind).first()


def missing_papers(lines: Iterable[PaperLine]) -> int:
    return sum(1 for line in lines if line.paper is None)


def papers_visible_to(user) -> QuerySet[BookingPaper]:
    """Papers for the leader and who leads the school, who was asked to approve, and the centre's staff."""
    seen = bookings_visible_to(user).filter(papers_read_by(user)).values("pk")
    return BookingPaper.objects.filter(booking__in=seen).select_related("booking__session__field_trip")


def papers_read_by(user) -> Q:
    roles = roles_of(user)
    heads = [school.pk for school in roles.schools_as(SchoolRole.PRINCIPAL, *COORDINATING)]
    seen = Q(leader=user) | Q(school__in=heads) | Q(session__field_trip__centre__in=centre_ids_of(user))
    kinds = [kind for kind, office in ((ApprovalKind.WARD, roles.is_ward_officer),) if office]
    if roles.is_department:
        kinds += [ApprovalKind.WARD, ApprovalKind.DEPARTMENT]
    asked = BookingApproval.objects.filter(kind__in=kinds, booking__school__in=schools_in_scope(user).values("pk"))
    return seen | Q(pk__in=asked.values("booking")) if kinds else seen


# --- Approvals ----------------------------------------------------------------------------------
def _city_of(area: Area) -> int:
    """The root of the area's tree."""
    for _floor in range(CITY_DEPTH):
        if area.parent_id is None:
            break
        area = area.parent
    return area.pk


def risks_of(booking: Booking) -> tuple[VisitRisk, ...]:
    """What currently makes this booking riskier than a visit next door."""
    trip = booking.session.field_trip
    here, there = booking.school.ward, trip.centre.ward
    neighbours = here.pk == there.pk or (here.parent_id is not None and here.parent_id == there.parent_id)
    same_city = neighbours or _city_of(here) == _city_of(there)
    return rules.risks_of(trip, same_ward=here.pk == there.pk, same_city=same_city, level=level_of_grade(booking.grade))


def approvals_needed(risks: Iterable[str]) -> tuple[ApprovalKind, ...]:
    return rules.approvals_needed(tuple(risks), settings.JURISDICTION.get("visit_approvals", {}))


@dataclass(frozen=True)
class ApprovalLine:
    """An approval the visit needs and its current state; ``state`` is empty until it is requested."""

    kind: str
    school: School
    row: BookingApproval | None

    @property
    def label(self) -> str:
        return approval_label(self.kind, self.school)

    @property
    def state(self) -> str:
        return self.row.state if self.row else ""

    @property
    def done(self) -> bool:
        return self.state == ApprovalState.APPROVED

    @property
    def url(self) -> str:
        """Where it is decided."""
        return reverse(f"approval_{self.kind}", args=[self.row.pk]) if self.row else ""


def approval_label(kind: str, school: School) -> str:
    """The authority by its name: for upper secondary schools it is the department."""
    if kind == ApprovalKind.WARD and school.authority == Authority.DEPARTMENT:
        return Authority.DEPARTMENT.label
    return ApprovalKind(kind).label


def approvals_of(booking: Booking, needed: Iterable[str]) -> list[ApprovalLine]:
    rows = {row.kind: row for row in booking.approvals.select_related("decided_by")}
    return [ApprovalLine(kind, booking.school, rows.get(kind)) for kind in needed]


def approvals_visible_to(user) -> QuerySet[BookingApproval]:
    """The approvals of the bookings that the person sees; who may decide one is another question."""
    approvals = BookingApproval.objects.filter(booking__in=bookings_visible_to(user).values("pk"))
    return approvals.select_related(*(f"booking__{part}" for part in (*BOOKING_PARTS, "school__ward")))


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


def approvals_to_decide(user, *, now: datetime) -> list[BookingApproval]:
    """What waits for this person's yes or no, the nearest visit first."""
    roles = roles_of(user)
    heads = [school.pk for school in roles.schools_as(SchoolRole.PRINCIPAL, *COORDINATING)]
    mine = Q(kind=ApprovalKind.PRINCIPAL, booking__school__in=heads)
    if roles.is_department or roles.is_ward_officer:
        scope = schools_in_scope(user)
        if roles.is_ward_officer:
            mine |= Q(kind=ApprovalKind.WARD, booking__school__in=scope.filter(authority=Authority.WARD).values("pk"))
        if roles.is_department:
            of_department = scope.filter(authority=Authority.DEPARTMENT).values("pk")
            mine |= Q(kind=ApprovalKind.WARD, booking__school__in=of_department)
            mine |= Q(kind=ApprovalKind.DEPARTMENT, booking__school__in=scope.values("pk"))
    elif not heads:
        return []
    parts = [f"booking__{part}" for part in (*BOOKING_PARTS, "school__ward")]
    asked = BookingApproval.objects.filter(
        mine,
        state=ApprovalState.ASKED,
        booking__state__in=rules.INCOMPLETE,
        booking__session__starts_at__gt=now,
    ).select_related(*parts)
    rows = list(asked.order_by("booking__session__starts_at", "pk"))
    led = {row.booking.school_id for row in rows if row.kind == ApprovalKind.PRINCIPAL}
    with_principal = with_principal_known(led) if led else set()
    return [
        row
        for row in rows
        if row.kind != ApprovalKind.PRINCIPAL or decides_for_school(roles, row.booking, with_principal=with_principal)
    ]


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


# --- All together -------------------------------------------------------------------------------
@dataclass(frozen=True)
class Checklist:
    """What a booking has and what it still needs; the page and the rule read the same one."""

    booking: Booking
    risks: tuple[VisitRisk, ...]
    papers: list[PaperLine]
    consents: Consents
    approvals: list[ApprovalLine]

    @property
    def papers_missing(self) -> int:
        return missing_papers(self.papers)

    @property
    def approvals_missing(self) -> int:
        return sum(1 for line in self.approvals if not line.done)

    @property
    def consents_ready(self) -> bool:
        staying = self.consents.staying
        return staying == 0 or (staying < self.consents.pupils and bool(self.booking.alternative))

    @property
    def open_items(self) -> int:
        return self.papers_missing + self.approvals_missing + (0 if self.consents_ready else 1)

    @property
    def reasons(self) -> list[str]:
        """Why more than the school is asked."""
        return [str(VisitRisk(risk).label) for risk in self.risks] if len(self.approvals) > 1 else []

    @property
    def consent_words(self) -> str:
        counted = self.consents
        if not counted.listed:
            return _("The class has no pupils on the portal: the consents are kept at school.")
        words = (
            _("{agreed} of {listed} named pupils") if counted.named else _("{agreed} of {listed} pupils of the class")
        )
        return words.format(agreed=counted.agreed, listed=counted.listed)

    def refusal(self, *, alternative: str, own_yes: bool, now: datetime) -> Refusal | None:
        """Why the visit may not be confirmed now. ``own_yes``: the person who confirms approves with it."""
        return rules.confirm_refusal(
            self.booking,
            papers_missing=self.papers_missing,
            approvals_missing=0 if own_yes else self.approvals_missing,
            staying=self.consents.staying,
            alternative=alternative or self.booking.alternative,
            now=now,
        )


def checklist_of(booking: Booking) -> Checklist:
    risks = risks_of(booking)
    return Checklist(
        booking=booking,
        risks=risks,
        papers=papers_of(booking),
        consents=consents_of(booking),
        approvals=approvals_of(booking, approvals_needed(risks)),
    )
