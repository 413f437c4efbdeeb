"""Marks, answers, calendar addresses and photographs: told, erased, purged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import chain

from django.core.files.storage import storages
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as translation_gettext_lazy

from programs.bookings.choices import LIVE
from programs.consents.choices import ConsentPurpose, ConsentState
from programs.consents.models import Consent
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
    stored_file,
    tells,
)
from programs.core.retention import kept_for, retention_rule
from programs.visit_days.models import CalendarFeed, CheckInMark, VisitFeedback, VisitPhotograph


@tells("visit_days.VisitFeedback")
def feedback(subject: Subject) -> Iterator[Section]:
    rows = VisitFeedback.objects.filter(by=subject.user_id or 0).select_related("booking__session__field_trip")
    yield Section(
        code="visit_feedback",
        label=_("Your answers after visits"),
        purpose=_("So that the centre gets better."),
        source=_("Yourself."),
        kept=_("As long as the visit itself; your name stands nowhere beside it."),
        rows=rows_of(rows.order_by("created_at"), _of_feedback),
    )


def _of_feedback(row: VisitFeedback) -> list[Fact]:
    return [
        Fact("field_trip", _("Field trip"), row.booking.session.field_trip.title),
        Fact("content", _("The activity suited our lesson"), row.get_content_display()),
        Fact("welcome", _("The centre was well prepared for us"), row.get_welcome_display()),
        Fact("pupils_liked", _("The pupils were involved"), row.get_pupils_liked_display()),
        Fact("comment", _("What should be better next time?"), row.comment),
    ]


@tells("visit_days.CalendarFeed")
def feeds(subject: Subject) -> Iterator[Section]:
    rows = CalendarFeed.objects.filter(user=subject.user_id or 0).select_related("centre")
    yield Section(
        code="calendar_feeds",
        label=_("Addresses of calendar feeds"),
        purpose=_("Your calendar reads the visits there."),
        source=_("Yourself."),
        kept=_("Until a year after you revoked it."),
        rows=rows_of(rows.order_by("created_at"), _of_feed),
    )


def _of_feed(row: CalendarFeed) -> list[Fact]:
    return [
        Fact("centre", _("Centre"), row.centre.name if row.centre else ""),
        Fact("made", _("Made"), row.created_at),
        Fact("last_read", _("Last read"), row.last_read_on),
        Fact("revoked", _("Revoked"), row.revoked_at),
    ]


@tells("visit_days.CheckInMark")
def marks(subject: Subject) -> Iterator[Section]:
    """Marks name nobody: a pupil stands in them by number, and what they led to is told with the visit."""
    rows = CheckInMark.objects.filter(by=subject.user_id or 0).select_related("booking")
    yield Section(
        code="check_in_marks",
        label=_("Marks that you made at the door"),
        purpose=_("Marks of several devices are put together."),
        source=_("Yourself."),
        kept=kept_for("visits.marks"),
        rows=rows_of(rows.order_by("received_at"), _of_mark),
    )


def _of_mark(row: CheckInMark) -> list[Fact]:
    return [
        Fact("booking", _("Booking"), row.booking.reference),
        Fact("kind", _("Kind"), row.get_kind_display()),
        Fact("made", _("Made"), row.made_at),
    ]


@forgets("visit_days.VisitFeedback", "visit_days.CalendarFeed", "visit_days.CheckInMark")
def forget_the_day(subject: Subject) -> Iterator[Erasure]:
    feeds = CalendarFeed.objects.filter(user=subject.user_id or 0)
    yield Erasure(
        label=_("Addresses of calendar feeds"),
        count=feeds.count(),
        outcome=Erasure.REMOVED,
        why=_("Nobody reads them any more."),
        carry_out=lambda: feeds.delete(),
    )
    answers = VisitFeedback.objects.filter(by=subject.user_id or 0)
    yield Erasure(
        label=_("Your answers after visits"),
        count=answers.count(),
        outcome=Erasure.PSEUDONYMISED,
        why=_("The figures stay with the visit, without what was written and without a name."),
        carry_out=lambda: answers.update(comment="", by=None),
    )
    made = CheckInMark.objects.filter(by=subject.user_id or 0)
    yield Erasure(
        label=_("Marks that you made at the door"),
        count=made.count(),
        outcome=Erasure.PSEUDONYMISED,
        why=_("They belong to the attendance of the group."),
        carry_out=lambda: made.update(by=None),
    )


def _showing(subject: Subject) -> QuerySet[VisitPhotograph]:
    rows = VisitPhotograph.objects.filter(pupils__in=subject.pupil_ids).distinct()
    return rows.select_related("booking__session__field_trip")


def _added_by(subject: Subject) -> QuerySet[VisitPhotograph]:
    rows = VisitPhotograph.objects.select_related("booking__session__field_trip")
    return rows.filter(added_by=subject.user_id) if subject.user_id else rows.none()


@tells("visit_days.VisitPhotograph", "visit_days.VisitPhotograph_pupils")
def photographs(subject: Subject) -> Iterator[Section]:
    kept = kept_for("visits.photographs")
    yield Section(
        code="visit_photographs",
        label=_("Photographs of visits in which you can be recognised"),
        purpose=_("The report about the visit; only while everybody who must agrees."),
        source=_("The teacher who led the group, or the centre."),
        kept=kept,
        rows=rows_of(_showing(subject), _of_photograph),
    )
    yield Section(
        code="added_photographs",
        label=_("Photographs of visits that you added"),
        purpose=_("The report about the visit."),
        source=_("Yourself."),
        kept=kept,
        rows=rows_of(_added_by(subject), _of_photograph),
    )


def _of_photograph(row: VisitPhotograph) -> list[Fact]:
    return [
        Fact("booking", _("Booking"), row.booking.reference),
        Fact("field_trip", _("Field trip"), row.booking.session.field_trip.title),
        Fact("added", _("Added"), row.added_at),
    ]


@hands_over
def photograph_files(subject: Subject) -> Iterator[StoredFile]:
    """Only pictures that show nobody else: those of others are theirs too."""
    alone = VisitPhotograph.objects.alias(faces=Count("pupils")).filter(faces=1)
    for row in _showing(subject).filter(pk__in=alone):
        yield stored_file(f"visits/{row.booking.reference}", f"{row.pk}.jpg", row.storage_key)


@forgets("visit_days.VisitPhotograph", "visit_days.VisitPhotograph_pupils")
def forget_photographs(subject: Subject) -> Iterator[Erasure]:
    showing = list(_showing(subject).values_list("pk", flat=True))
    yield Erasure(
        label=_("Photographs of visits in which the person can be recognised"),
        count=len(showing),
        outcome=Erasure.REMOVED,
        why=_("A picture cannot be kept without the face in it."),
        carry_out=lambda: delete_photographs(VisitPhotograph.objects.filter(pk__in=showing)),
    )
    yield Erasure(
        label=_("Photographs of visits that the person added"),
        count=_added_by(subject).exclude(pk__in=showing).count(),
        outcome=Erasure.KEPT,
        why=_("They are the centre's and the school's records and point at an account without a name."),
    )


def delete_photographs(rows: QuerySet[VisitPhotograph]) -> None:
    """The rows with their files, the small ones too."""
    keys = list(chain.from_iterable(rows.values_list("storage_key", "preview_key")))
    delete_files(storages["private"], keys)
    rows.delete()


@retention_rule(
    "visits.marks",
    label=translation_gettext_lazy("Marks of devices at the door"),
    days=30,
    basis=translation_gettext_lazy(
        "They only served to put the attendance together; the attendance itself stays with the visit."
    ),
)
def marks_over(limit: datetime) -> QuerySet[CheckInMark]:
    return CheckInMark.objects.filter(booking__session__ends_at__lt=limit).exclude(booking__state__in=LIVE)


@retention_rule(
    "visits.feeds",
    label=translation_gettext_lazy("Revoked addresses of calendar feeds"),
    days=365,
    basis=translation_gettext_lazy("So that it can be told for a year who had an address."),
)
def revoked_feeds(limit: datetime) -> QuerySet[CalendarFeed]:
    return CalendarFeed.objects.filter(revoked_at__lt=limit)


@retention_rule(
    "visits.photographs",
    label=translation_gettext_lazy("Photographs of visits"),
    days=365,
    basis=translation_gettext_lazy("They serve the report of the school year."),
    purge=delete_photographs,
)
def photographs_over(limit: datetime) -> QuerySet[VisitPhotograph]:
    return VisitPhotograph.objects.filter(booking__session__ends_at__lt=limit)


@retention_rule(
    "visits.photographs_withdrawn",
    label=translation_gettext_lazy("Photographs in which somebody does not want to be seen any more"),
    days=1,
    basis=translation_gettext_lazy(
        "They are hidden at once; the files go within the fifteen days of Decree 356/2025/ND-CP."
    ),
    purge=delete_photographs,
)
def photographs_withdrawn(limit: datetime) -> QuerySet[VisitPhotograph]:
    withdrawn = Consent.objects.filter(
        pupil__visit_photographs=OuterRef("pk"),
        purpose=ConsentPurpose.PHOTO,
        state=ConsentState.WITHDRAWN,
        withdrawn_at__lt=limit,
        withdrawn_at__gt=OuterRef("added_at"),  # what was agreed to anew, with a newer text, came in after that
    )
    return VisitPhotograph.objects.filter(Exists(withdrawn))
