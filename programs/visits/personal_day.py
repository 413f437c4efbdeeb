"""What the day of a visit leaves about people: marks at the door, answers after it, calendar addresses."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from programs.core.personal import Erasure, Fact, Section, Subject, forgets, rows_of, tells
from programs.core.retention import kept_for
from programs.visits.models import CalendarFeed, CheckInMark, VisitFeedback


@tells("programs.VisitFeedback")
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


@tells("programs.CalendarFeed")
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


@tells("programs.CheckInMark")
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


@forgets("programs.VisitFeedback", "programs.CalendarFeed", "programs.CheckInMark")
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
