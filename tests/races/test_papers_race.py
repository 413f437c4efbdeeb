"""The button that takes over the papers of another class is pressed twice at once."""

from __future__ import annotations

from contextlib import suppress
from threading import Barrier, BrokenBarrierError

from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection  # noqa: F401 - pytestmark asks it

from programs.approvals.actions import papers as actions
from programs.approvals.models import BookingPaper
from programs.bookings.actions import guard
from programs.bookings.models import Booking
from programs.bookings.queries import BOOKING_PARTS
from programs.centres.choices import PaperKind
from programs.centres.models import RequiredPaper
from tests.approvals.test_papers import a_pdf
from tests.centres.make import book, hand_in_paper, local, make_session
from tests.people import make_class, make_school, make_teacher
from tests.races.test_roster_race import _files, both, pytestmark  # noqa: F401 - a storage of its own, PostgreSQL


def press_twice(monkeypatch) -> tuple[list, int, int]:
    """Cô Hạnh presses twice; both requests wait for each other before they write. What came, rows, files."""
    school = make_school()
    hanh, first = make_teacher("Cô Hạnh", school=school), make_session()
    RequiredPaper.objects.create(field_trip=first.field_trip, kind=PaperKind.SAFETY)
    source = book(first, make_class("8A1", school=school), hanh, pupils=20, adults=1)
    later = make_session(trip=first.field_trip, starts_at=local(12))
    target = book(later, make_class("8A2", school=school), hanh, pupils=20, adults=1)
    upload = SimpleUploadedFile("Phương án.pdf", a_pdf())
    hand_in_paper(booking_id=source.pk, kind=PaperKind.SAFETY, upload=upload, by=hanh)
    meeting, real = Barrier(2), actions._keep

    def keep(*arguments, **named):
        with suppress(BrokenBarrierError):
            meeting.wait(timeout=1)
        return real(*arguments, **named)

    monkeypatch.setattr(actions, "_keep", keep)

    def press(number: int):
        return len(actions.take_papers(booking_id=target.pk, source_id=source.pk, by=hanh))

    answers = both(press, [1, 2])
    return answers, BookingPaper.objects.count(), len(storages["private"].listdir(actions.FOLDER)[1])


def test_one_press_takes_the_papers_and_the_other_finds_nothing(monkeypatch):
    answers, rows, files = press_twice(monkeypatch)
    assert sorted(map(str, answers)) == ["1", "nothing_to_take"]
    assert (rows, files) == (2, 2)


def test_without_the_lock_a_copy_is_left_over(monkeypatch):
    """The negative control."""

    def read(*, booking_id: int) -> Booking:
        return Booking.objects.select_related(*BOOKING_PARTS).get(pk=booking_id)

    monkeypatch.setattr(guard, "lock_booking", read)
    answers, rows, files = press_twice(monkeypatch)
    assert (rows, files) != (2, 2) or sorted(map(str, answers)) != ["1", "nothing_to_take"]
