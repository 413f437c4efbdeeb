"""Visits of a pupil, bookings of a teacher, posts in a centre."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from programs.core.personal import Erasure, Fact, Section, Subject, forgets, rows_of, stands_in_the_way, tells
from programs.core.retention import kept_for
from programs.visits import personal_ballot, personal_day  # noqa: F401  (they register by being imported)
from programs.visits.choices import LIVE
from programs.visits.models import GROUP_TEXTS, WIPED, Booking, CentreStaff, RosterEntry
from programs.visits.personal_group import facts_of_group

TEXTS = (*GROUP_TEXTS, "end_reason", "alternative", "override_reason")


@tells("programs.RosterEntry")
def visits(subject: Subject) -> Iterator[Section]:
    rows = RosterEntry.objects.filter(pupil__in=subject.pupil_ids)
    rows = rows.select_related("booking__session__field_trip__centre").order_by("booking__session__starts_at")
    yield Section(
        code="visits",
        label=_("Visits to centres"),
        purpose=_("Safety on the day, and the certificate afterwards."),
        source=_("The teacher who led the group, and the centre that checked it in."),
        kept=kept_for("schools.pupils"),
        rows=rows_of(rows, _of_visit),
    )


def _of_visit(row: RosterEntry) -> list[Fact]:
    session = row.booking.session
    return [
        Fact("field_trip", _("Field trip"), session.field_trip.title),
        Fact("centre", _("Centre"), session.field_trip.centre.name),
        Fact("starts", _("Starts"), session.starts_at),
        Fact("booking", _("Booking"), row.booking.reference),
        Fact("came", _("Came"), row.attended),
    ]


@tells("programs.Booking")
def bookings(subject: Subject) -> Iterator[Section]:
    rows = Booking.objects.filter(leader=subject.user_id).select_related("session__field_trip", "school")
    yield Section(
        code="bookings",
        label=_("Bookings that you lead"),
        purpose=_("So that the centre knows whom to call on the day."),
        source=_("Yourself."),
        kept=kept_for("visits.contacts"),
        rows=rows_of(rows.order_by("created_at") if subject.user_id else [], _of_booking),
    )


def _of_booking(row: Booking) -> list[Fact]:
    return [
        Fact("reference", _("Reference"), row.reference),
        Fact("field_trip", _("Field trip"), row.session.field_trip.title),
        Fact("starts", _("Starts"), row.session.starts_at),
        Fact("state", _("State"), row.get_state_display()),
        *facts_of_group(row),
        Fact("alternative", _("Activity of the pupils who stay at school"), bool(row.alternative)),
    ]


@tells("programs.CentreStaff")
def centre_posts(subject: Subject) -> Iterator[Section]:
    rows = CentreStaff.objects.filter(user=subject.user_id).select_related("centre")
    yield Section(
        code="centre_posts",
        label=_("Posts in centres"),
        purpose=_("They decide what you may see and do."),
        source=_("The centre's manager."),
        kept=_("As long as the account exists: what was done in a role must stay traceable."),
        rows=rows_of(rows if subject.user_id else [], _of_post),
    )


def _of_post(row: CentreStaff) -> list[Fact]:
    return [
        Fact("centre", _("Centre"), row.centre.name),
        Fact("role", _("Role"), row.get_role_display()),
        Fact("until", _("Until"), row.ended_on),
    ]


@forgets("programs.RosterEntry", "programs.Booking", "programs.CentreStaff")
def forget_visits(subject: Subject) -> Iterator[Erasure]:
    yield Erasure(
        label=_("Visits to centres"),
        count=RosterEntry.objects.filter(pupil__in=subject.pupil_ids).count(),
        outcome=Erasure.KEPT,
        why=_("They count a pupil without a name."),
    )
    led = Booking.objects.filter(leader=subject.user_id) if subject.user_id else Booking.objects.none()
    named = list(led.exclude(**WIPED).values_list("pk", flat=True))
    yield Erasure(
        label=_("Telephone and notes of bookings"),
        count=len(named),
        outcome=Erasure.REMOVED,
        why=_("They only served the day of the visit."),
        carry_out=lambda: wipe_contacts(Booking.objects.filter(pk__in=named)),
    )
    yield Erasure(
        label=_("Bookings and posts in centres"),
        count=led.count() + CentreStaff.objects.filter(user=subject.user_id or 0).count(),
        outcome=Erasure.KEPT,
        why=_("They are the centre's and the school's records and point at an account without a name."),
    )
    mentioning = list(_mentioning(subject).exclude(pk__in=named).values_list("pk", flat=True))
    yield Erasure(
        label=_("Notes of bookings that mention the name"),
        count=len(mentioning),
        outcome=Erasure.PSEUDONYMISED,
        why=_("The name is taken out of their text."),
        carry_out=lambda: _mask(mentioning, subject),
    )


@stands_in_the_way
def coming_visits(user_id: int) -> str | None:
    if CentreStaff.objects.filter(user=user_id, ended_on__isnull=True).exists():
        return _("The person still works for a centre: end the post first.")
    if Booking.objects.filter(leader=user_id, state__in=LIVE).exists():
        return _("The person still leads bookings that are open: cancel them or let a colleague lead.")
    return None


def _mentioning(subject: Subject) -> QuerySet[Booking]:
    """Among the bookings that the pupil was on, and those of the person's own."""
    near = Booking.objects.filter(Q(roster__pupil__in=subject.pupil_ids) | Q(leader=subject.user_id or 0))
    return subject.mentioned_in(Booking.objects.filter(pk__in=near.values("pk")), *TEXTS)


def _mask(keys: list[int], subject: Subject) -> None:
    for booking in Booking.objects.filter(pk__in=keys):
        for name in TEXTS:
            setattr(booking, name, subject.mask(getattr(booking, name)))
        booking.save(update_fields=TEXTS)


def wipe_contacts(bookings: QuerySet[Booking]) -> None:
    bookings.update(**WIPED)
