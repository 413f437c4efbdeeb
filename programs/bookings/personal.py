"""Bookings with their group, papers and approvals: told, erased, purged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.core.files.storage import storages
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as translation_gettext_lazy

from programs.bookings.choices import LIVE
from programs.bookings.models import (
    GROUP_TEXTS,
    WIPED,
    Booking,
    BookingApproval,
    BookingPaper,
    GroupColumns,
    RosterEntry,
)
from programs.centres.models import CentreStaff
from programs.core.personal import (
    Erasure,
    Fact,
    Section,
    StoredFile,
    Subject,
    delete_files,
    forgets,
    hands_over,
    rows_of,
    stands_in_the_way,
    stored_file,
    tells,
)
from programs.core.retention import kept_for, retention_rule

TEXTS = (*GROUP_TEXTS, "end_reason", "alternative", "override_reason")


@tells("bookings.RosterEntry")
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


@tells("bookings.Booking")
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


@forgets("bookings.RosterEntry", "bookings.Booking", "centres.CentreStaff")
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


def _papers_of(subject: Subject) -> QuerySet[BookingPaper]:
    rows = BookingPaper.objects.select_related("booking").order_by("handed_in_at")
    return rows.filter(handed_in_by=subject.user_id) if subject.user_id else rows.none()


def _decisions_of(subject: Subject) -> QuerySet[BookingApproval]:
    rows = BookingApproval.objects.select_related("booking").order_by("decided_at")
    return rows.filter(decided_by=subject.user_id) if subject.user_id else rows.none()


@tells("bookings.BookingPaper")
def papers(subject: Subject) -> Iterator[Section]:
    yield Section(
        code="visit_papers",
        label=_("Papers of visits that you handed in"),
        purpose=_("So that whoever approves, and the centre, know that the visit is safe."),
        source=_("Yourself."),
        kept=kept_for("visits.papers"),
        rows=rows_of(_papers_of(subject), _of_paper),
    )


def _of_paper(row: BookingPaper) -> list[Fact]:
    return [
        Fact("booking", _("Booking"), row.booking.reference),
        Fact("paper", _("Paper"), row.get_kind_display()),
        Fact("text", _("Text"), row.text),
        Fact("file", _("File"), row.file_name),
        Fact("handed_in", _("Handed in"), row.handed_in_at),
    ]


@hands_over
def paper_files(subject: Subject) -> Iterator[StoredFile]:
    for row in _papers_of(subject).exclude(storage_key=""):
        yield stored_file(f"visits/{row.booking.reference}", row.file_name, row.storage_key)


@tells("bookings.BookingApproval")
def decisions(subject: Subject) -> Iterator[Section]:
    yield Section(
        code="visit_approvals",
        label=_("Visits that you approved or refused"),
        purpose=_("So that it stays known who answered for a visit."),
        source=_("Yourself."),
        kept=_("As long as the account exists: what was done in a role must stay traceable."),
        rows=rows_of(_decisions_of(subject), _of_decision),
    )


def _of_decision(row: BookingApproval) -> list[Fact]:
    return [
        Fact("booking", _("Booking"), row.booking.reference),
        Fact("approval", _("Approval"), row.get_kind_display()),
        Fact("state", _("State"), row.get_state_display()),
        Fact("reason", _("Reason"), row.reason),
        Fact("decided", _("Decided"), row.decided_at),
    ]


@forgets("bookings.BookingPaper", "bookings.BookingApproval")
def forget_papers(subject: Subject) -> Iterator[Erasure]:
    yield Erasure(
        label=_("Papers of visits, and approvals"),
        count=_papers_of(subject).count() + _decisions_of(subject).count(),
        outcome=Erasure.KEPT,
        why=_("They are the centre's and the school's records and point at an account without a name."),
    )
    texts = list(subject.mentioned_in(BookingPaper.objects.all(), "text", "file_name").values_list("pk", flat=True))
    reasons = list(subject.mentioned_in(BookingApproval.objects.all(), "reason").values_list("pk", flat=True))
    yield Erasure(
        label=_("Papers and reasons that mention the name"),
        count=len(texts) + len(reasons),
        outcome=Erasure.PSEUDONYMISED,
        why=_("The name is taken out of their text."),
        carry_out=lambda: _mask_papers(texts, reasons, subject),
    )


def _mask_papers(texts: list[int], reasons: list[int], subject: Subject) -> None:
    for paper in BookingPaper.objects.filter(pk__in=texts):
        paper.text, paper.file_name = subject.mask(paper.text), subject.mask(paper.file_name)
        paper.save(update_fields=["text", "file_name"])
    for approval in BookingApproval.objects.filter(pk__in=reasons):
        approval.reason = subject.mask(approval.reason)
        approval.save(update_fields=["reason"])


def delete_papers(rows: QuerySet[BookingPaper]) -> None:
    """The rows with their files."""
    delete_files(storages["private"], [key for key in rows.values_list("storage_key", flat=True) if key])
    rows.delete()


@retention_rule(
    "visits.contacts",
    label=translation_gettext_lazy("Telephones, notes, access and medical needs of bookings"),
    days=30,
    basis=translation_gettext_lazy("They only served the day of the visit."),
    purge=wipe_contacts,
)
def contacts_over(limit: datetime) -> QuerySet[Booking]:
    over = Booking.objects.exclude(state__in=LIVE).filter(session__ends_at__lt=limit)
    return over.exclude(**WIPED)


@retention_rule(
    "visits.papers",
    label=translation_gettext_lazy("Papers of visits with their files"),
    days=365,
    basis=translation_gettext_lazy("They prove for a school year that the visit was planned and safe."),
    purge=delete_papers,
)
def papers_over(limit: datetime) -> QuerySet[BookingPaper]:
    return BookingPaper.objects.exclude(booking__state__in=LIVE).filter(booking__session__ends_at__lt=limit)


def facts_of_group(row: GroupColumns) -> list[Fact]:
    """That something was noted, not what: such texts speak of the pupils."""
    return [
        Fact("phone", _("Telephone on the day"), row.shown_phone),
        Fact("needs", _("Access and medical needs that you told"), bool(row.needs)),
        Fact("note", _("Note to the centre"), bool(row.note)),
    ]
