"""What bookings put on the desk: what is not sure yet, the next visits, a pupil's own."""

from __future__ import annotations

from datetime import datetime
from itertools import islice

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.bookings import policy
from programs.bookings import queries as booking_queries
from programs.bookings.choices import CAME, LIVE, ApprovalKind, ApprovalState, BookingState
from programs.bookings.models import Booking, BookingApproval
from programs.bookings.queries import BOOKING_PARTS
from programs.bookings.rules.papers import INCOMPLETE
from programs.centres.queries import sessions as session_queries
from programs.core.dates import short_moment
from programs.core.desk import DeskItem, DeskLink, DeskSection, DeskTable, DeskTask
from programs.schools.choices import Authority, SchoolRole
from programs.schools.queries.roles import roles_of
from programs.schools.queries.schools import schools_in_scope
from programs.schools.rules import COORDINATING

ROWS = 6


def tasks(user) -> list[DeskTask]:
    """Offers, papers and approvals, for schools and authorities."""
    now = timezone.now()
    return [*_approvals(user, now), *_own(user, now)]


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
        booking__state__in=INCOMPLETE,
        booking__session__starts_at__gt=now,
    ).select_related(*parts)
    rows = list(asked.order_by("booking__session__starts_at", "pk"))
    led = {row.booking.school_id for row in rows if row.kind == ApprovalKind.PRINCIPAL}
    with_principal = policy.with_principal_known(led) if led else set()
    return [
        row
        for row in rows
        if row.kind != ApprovalKind.PRINCIPAL
        or policy.decides_for_school(roles, row.booking, with_principal=with_principal)
    ]


def _approvals(user, now: datetime) -> list[DeskTask]:
    return [
        DeskTask(
            title=_("Approve the visit of {group}: {title}").format(
                group=approval.booking.class_group or approval.booking.school,
                title=approval.booking.session.field_trip.local_title,
            ),
            detail=_("{school}. {moment}.").format(
                school=approval.booking.school, moment=short_moment(approval.booking.session.starts_at)
            ),
            url=approval.get_absolute_url(),
            action=_("Read and decide"),
            weight=15,
        )
        for approval in approvals_to_decide(user, now=now)[:ROWS]
    ]


def _own(user, now: datetime) -> list[DeskTask]:
    """Of the person's school, as far as they manage them: offers first, then what is to be confirmed."""
    if not roles_of(user).is_school_staff:
        return []
    due = booking_queries.bookings_of_schools(user).filter(
        state__in=(BookingState.OFFERED, *INCOMPLETE), session__starts_at__gt=now
    )
    mine = (booking for booking in due.order_by("session__starts_at") if policy.may_manage(user, booking))
    return [_offer(each) if each.state == BookingState.OFFERED else _papers(each, now) for each in islice(mine, ROWS)]


def _offer(booking: Booking) -> DeskTask:
    return DeskTask(
        title=_("Places for {group}: {title}").format(
            group=booking.class_group or booking.school, title=booking.session.field_trip.local_title
        ),
        detail=_("{moment}. Kept for you until {until}.").format(
            moment=short_moment(booking.session.starts_at), until=short_moment(booking.offer_expires_at)
        )
        if booking.offer_expires_at
        else short_moment(booking.session.starts_at),
        url=reverse("booking_detail", args=[booking.reference]),
        action=_("Accept or decline"),
        weight=5,
    )


def _papers(booking: Booking, now: datetime) -> DeskTask:
    due = booking.papers_due_at or booking.session.starts_at
    return DeskTask(
        title=_("Complete and confirm the visit of {group}: {title}").format(
            group=booking.class_group or booking.school, title=booking.session.field_trip.local_title
        ),
        detail=_("{moment}. Confirm by {due}, or the places will go to others.").format(
            moment=short_moment(booking.session.starts_at), due=short_moment(due)
        ),
        url=reverse("booking_detail", args=[booking.reference]),
        action=_("View the booking"),
        weight=10 if booking.state == BookingState.PAPERS_DUE or due < now else 20,
    )


def links(user) -> list[DeskLink]:
    roles = roles_of(user)
    if not (roles.is_school_staff or roles.is_officer or session_queries.centre_ids_of(user)):
        return []
    return [DeskLink(_("Bookings"), reverse("booking_list"), weight=20)]


def tables(user) -> list[DeskTable]:
    """The school's next visits, waiting ones too."""
    if not roles_of(user).is_school_staff:
        return []
    rows = booking_queries.bookings_of_schools(user).filter(state__in=LIVE, session__ends_at__gt=timezone.now())
    upcoming = list(rows.order_by("session__starts_at", "id")[:ROWS])
    return [DeskTable("bookings/desk_bookings.html", upcoming, weight=20)] if upcoming else []


def sections(user) -> list[DeskSection]:
    """For a pupil: upcoming visits, then past ones."""
    pupil = roles_of(user).pupil
    if pupil is None:
        return []
    now = timezone.now()
    bookings = list(booking_queries.bookings_of_pupil(pupil, now=now).order_by("-session__starts_at")[: 2 * ROWS])
    coming = [booking for booking in reversed(bookings) if booking.session.ends_at > now]
    been = [booking for booking in bookings if booking.session.ends_at <= now and booking.attended is not None]
    return [
        DeskSection(
            title=_("My visits"),
            icon="calendar",
            items=[_item(booking) for booking in (coming + been)[:ROWS]],
            empty=_("No visits yet. Your teacher books visits for your class, and you will see them here."),
            weight=20,
        )
    ]


def _item(booking: Booking) -> DeskItem:
    session = booking.session
    state, label = booking.state, booking.get_state_display()
    if booking.state in CAME and booking.attended is not None:
        state, label = ("attended", _("You were there")) if booking.attended else ("no_show", _("You were absent"))
    return DeskItem(
        title=session.field_trip.local_title,
        detail=f"{short_moment(session.starts_at)} · {session.field_trip.centre}",
        url=reverse("session_detail", args=[session.pk]),
        state=state,
        label=label,
    )
