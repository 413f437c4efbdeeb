"""The pass, reminders, feedback and the month's numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from pypdf import PdfReader

from programs.bookings.actions.booking import cancel_booking
from programs.bookings.models import Booking
from programs.core.refusals import Refused
from programs.core.versions import version_of
from programs.notices.models import Message
from programs.pupils.models import Pupil
from programs.visit_days.actions.arrivals import mark_no_show
from programs.visit_days.actions.closing import close_session
from programs.visit_days.actions.reminders import send_reminders
from programs.visit_days.models import VisitFeedback
from programs.visit_days.queries.day import feedback_of
from programs.visit_days.rules import REMINDERS, averages, came_late, came_partly, reminder_due
from tests.centres.make import (
    book,
    local,
    make_centre,
    make_centre_staff,
    make_session,
    make_trip,
    move_session,
    set_roster,
)
from tests.pages import main_of
from tests.people import give_consent, make_class, make_officer, make_school, make_teacher
from tests.visit_days.make import check_in

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


@pytest.fixture
def booked(world):
    world.booking = book(world.session, world.class_8a1, world.hanh, pupils=30, needs="Một em dị ứng đậu phộng")
    return world


# --- The pass -----------------------------------------------------------------------------------
@pytest.mark.django_db
def test_one_scan_leads_the_centre_to_the_check_in_the_school_to_its_pass_and_nobody_else_anywhere(booked, as_user):
    address = reverse("pass_open", args=[booked.booking.pass_code])
    assert as_user(booked.sen).get(address)["Location"] == reverse("booking_check_in", args=[booked.booking.reference])
    assert as_user(booked.hanh).get(address)["Location"] == reverse("booking_pass", args=[booked.booking.reference])
    stranger = make_centre_staff(make_centre("Trung tâm Dĩ An"), "Phan Văn Tài")
    for user in (booked.lam, stranger, make_officer()):
        answer = as_user(user).get(address)
        assert answer.status_code == 200
        for secret in (booked.booking.reference, booked.school.name, "8A1"):
            assert secret not in main_of(answer)
    nobody = as_user(stranger).get(reverse("pass_open", args=["X" * 26]))
    assert (nobody.status_code, nobody.templates[0].name) == (200, "visit_days/pass_open.html")


@pytest.mark.django_db
def test_the_pass_names_the_group_and_no_person(booked, as_user):
    client = as_user(booked.hanh)
    page = client.get(reverse("booking_pass", args=[booked.booking.reference]))
    paper = client.get(reverse("booking_pass_pdf", args=[booked.booking.reference]))
    words = PdfReader(BytesIO(paper.content)).pages[0].extract_text()
    main = main_of(page)
    for text in (main, words):
        assert booked.booking.reference in text
        for secret in (booked.hanh.full_name, "0912", "912 345", "đậu phộng"):
            assert secret not in text
    assert as_user(booked.sen).get(reverse("booking_pass", args=[booked.booking.reference])).status_code == 404
    cancel_booking(booking_id=booked.booking.pk, reason="Lịch kiểm tra", by=booked.hanh)
    assert client.get(reverse("booking_pass", args=[booked.booking.reference])).status_code == 404


@pytest.mark.django_db
def test_after_the_scan_the_numbers_are_filled_in_as_confirmed(booked, as_user):
    move_session(booked.session, timezone.now() - timedelta(seconds=1))
    Booking.objects.filter(pk=booked.booking.pk).update(confirmed_pupils=28, confirmed_adults=3, girls=13)
    form = as_user(booked.sen).get(reverse("booking_check_in", args=[booked.booking.reference])).context["form"]
    assert [form[name].value() for name in ("pupils", "girls", "adults")] == [28, 13, 3]


@pytest.mark.django_db
def test_pupils_staying_at_school_are_subtracted_only_once(booked, as_user):
    pupils = list(Pupil.objects.filter(enrolments__class_group=booked.class_8a1)[:30])
    set_roster(booking_id=booked.booking.pk, pupil_ids=[pupil.pk for pupil in pupils], by=booked.hanh)
    give_consent(*pupils[:27])
    move_session(booked.session, timezone.now() - timedelta(seconds=1))
    booking = Booking.objects.filter(pk=booked.booking.pk)
    path = reverse("booking_check_in", args=[booked.booking.reference])
    for confirmed, shown in [(None, 27), (27, 27), (25, 25), (30, 27)]:
        booking.update(pupils=30, confirmed_pupils=confirmed)
        assert as_user(booked.sen).get(path).context["form"]["pupils"].value() == shown


def test_late_and_partly():
    assert came_late(checked_in_at=NOON + timedelta(minutes=16), starts_at=NOON)
    assert not came_late(checked_in_at=NOON + timedelta(minutes=15), starts_at=NOON)
    assert not came_late(checked_in_at=None, starts_at=NOON)
    assert came_partly(arrived=27, expected=28)
    assert not came_partly(arrived=None, expected=28)


# --- Reminders ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("before", "code"),
    [
        (timedelta(days=14, seconds=1), None),
        (timedelta(days=14), "two_weeks"),
        (timedelta(days=3, seconds=1), "two_weeks"),
        (timedelta(days=3), "three_days"),
        (timedelta(days=1), "one_day"),
        (timedelta(0), None),
    ],
)
def test_which_reminder_is_due(before, code):
    long_ago = NOON - timedelta(days=90)
    assert reminder_due(now=NOON - before, starts_at=NOON, booked_at=long_ago) == code
    just_now = NOON - before - timedelta(microseconds=1)
    exactly = code and before == REMINDERS[code]
    assert reminder_due(now=NOON - before, starts_at=NOON, booked_at=just_now) == (code if exactly else None)


@pytest.mark.django_db
def test_each_reminder_is_sent_once_and_none_for_cancelled_visits(booked):
    Booking.objects.update(created_at=timezone.now() - timedelta(days=40))
    starts = booked.session.starts_at
    sent = [send_reminders(now=starts - before) for before in (timedelta(days=20), *sorted(REMINDERS.values())[::-1])]
    assert sent == [0, 1, 1, 1]
    assert send_reminders(now=starts - timedelta(hours=23)) == 0
    subjects = list(Message.objects.filter(kind="visit_reminder").order_by("pk").values_list("subject", flat=True))
    assert len(set(subjects)) == 3
    assert [subject.split(":")[0] for subject in subjects] == ["Còn 14 ngày", "Còn 3 ngày", "Ngày mai"]
    # Another day is another date: new reminders are sent.
    move_session(booked.session, starts + timedelta(days=7))
    assert send_reminders(now=starts + timedelta(days=6)) == 1
    move_session(booked.session, local(30))
    cancel_booking(booking_id=booked.booking.pk, reason="", by=booked.hanh)
    assert send_reminders(now=local(29)) == 0


@pytest.mark.django_db
def test_a_reminder_counts_the_days_that_are_left(booked):
    Booking.objects.update(created_at=timezone.now() - timedelta(days=40))
    for hours, said in ((5 * 24, "Còn 5 ngày: "), (1, "Hôm nay: ")):  # moved forward, or the worker had stopped
        move_session(booked.session, starts := local(25, 14))
        assert send_reminders(now=starts - timedelta(hours=hours)) == 1
        assert Message.objects.filter(kind="visit_reminder").latest("pk").subject.startswith(said)


@pytest.mark.django_db
def test_a_recent_offer_needs_no_two_week_reminder(booked):
    starts = booked.session.starts_at
    Booking.objects.update(created_at=starts - timedelta(days=40), offered_at=starts - timedelta(days=5))
    assert send_reminders(now=starts - timedelta(days=4)) == 0
    assert send_reminders(now=starts - timedelta(days=3)) == 1


# --- Feedback -----------------------------------------------------------------------------------
def answers(booking: Booking, **changes) -> dict:
    values = {"content": "4", "welcome": "3", "pupils_liked": "4", "comment": "Thêm thời gian"}
    return values | {"version": version_of(feedback_of(booking))} | changes


@pytest.mark.django_db
def test_four_questions_reach_the_teacher_after_closing_and_the_centre_sees_the_averages(booked, as_user):
    address = reverse("booking_feedback", args=[booked.booking.reference])
    assert as_user(booked.hanh).post(address, answers(booked.booking)).status_code == 200  # too early: refused
    assert not VisitFeedback.objects.exists()
    move_session(booked.session, timezone.now() - timedelta(seconds=1))
    check_in(booking_id=booked.booking.pk, pupils=29, girls=14, adults=2, by=booked.sen)
    close_session(session_id=booked.session.pk, sure=True, by=booked.sen)
    with pytest.raises(Refused, match="session_closed"):
        close_session(session_id=booked.session.pk, sure=True, by=booked.sen)
    [message] = Message.objects.filter(kind="visit_feedback")
    assert message.recipient == booked.hanh
    assert message.link == address
    client = as_user(booked.hanh)
    open_before = answers(booked.booking, content="3")
    for content in ("4", "2"):  # answering again replaces
        assert client.post(address, answers(booked.booking, content=content)).status_code == 302
    [difference] = client.post(address, open_before).context["form"].differences
    assert (difference.stored, difference.typed) == ("Một phần", "Phần lớn")
    assert VisitFeedback.objects.get().content == 2
    assert client.post(address, answers(booked.booking, content="5")).status_code == 200
    assert as_user(booked.lam).get(address).status_code == 404
    page = as_user(booked.sen).get(reverse("centre_month"))
    assert (page.context["answers"].content, page.context["answers"].welcome) == (2.0, 3.0)
    main = main_of(page)
    assert "Thêm thời gian" in main
    assert booked.hanh.full_name not in main


def test_averages():
    assert averages([]).content is None
    assert averages([(4, 3, 1), (3, 3, 2), (3, 4, 2)]) == averages([(3, 4, 2), (4, 3, 1), (3, 3, 2)])
    assert averages([(4, 3, 1), (3, 3, 2), (3, 4, 2)]).content == 3.3


# --- The month ----------------------------------------------------------------------------------
@pytest.fixture
def month(booked):
    """Three groups of three schools: one came, one did not, one will; a second trip without a group."""
    schools = [make_school(f"=HYPERLINK(Trường {number})") for number in range(2)]
    teachers = [make_teacher(f"Lê Văn Tư {number}", school=school) for number, school in enumerate(schools)]
    big = make_session(trip=make_trip("Vườn khí tượng", centre=booked.centre), starts_at=local(10, 14), capacity=60)
    absent, coming = (
        book(big, make_class("8A", school=school), teacher, pupils=20, adults=1)
        for school, teacher in zip(schools, teachers, strict=True)
    )
    move_session(big, timezone.now() - timedelta(seconds=1))
    check_in(booking_id=coming.pk, pupils=19, girls=9, adults=1, by=booked.sen)
    mark_no_show(booking_id=absent.pk, by=booked.sen)
    day = timezone.localdate()
    move_session(booked.session, local(-3 if day.day > 15 else 3, 14))
    booked.schools = schools
    return booked


@pytest.mark.django_db
def test_every_number_opens_to_its_rows(month, as_user):
    client = as_user(month.sen)
    page = client.get(reverse("centre_month"))
    total = page.context["total"]
    assert total["line"].groups == {"booked": 3, "confirmed": 0, "arrived": 1, "unannounced": 0, "no_show": 1}
    assert (total["line"].pupils, total["line"].girls, total["line"].adults) == (19, 9, 1)
    shown = [total, *page.context["trips"], *page.context["schools"]]
    assert len(shown) == 1 + 2 + 3
    for each in shown:
        assert len(client.get(each["sessions"]["url"]).context["sessions"]) == each["sessions"]["value"]
        for number in each["numbers"]:
            assert len(client.get(number["url"]).context["rows"]) == number["value"]
        assert sum(row.arrived_pupils for row in client.get(each["came"]).context["rows"]) == each["line"].pupils
    stranger = make_centre_staff(make_centre("Trung tâm Dĩ An"), "Phan Văn Tài")
    assert as_user(stranger).get(reverse("centre_month")).context["total"]["line"].groups["booked"] == 0
    for name in ("centre_month", "month_rows", "month_xlsx"):
        assert as_user(month.hanh).get(reverse(name)).status_code == 404
    client = as_user(month.sen)
    for query in ({"month": "2026-13"}, {"month": "x"}):
        assert client.get(reverse("centre_month"), query).status_code == 404
    assert client.get(reverse("month_rows"), {"kind": "x"}).status_code == 404


@pytest.mark.django_db
def test_the_file_holds_the_same_numbers_and_no_formula(month, as_user):
    answer = as_user(month.sen).get(reverse("month_xlsx"))
    book_read = load_workbook(BytesIO(b"".join(answer.streaming_content)))
    assert len(book_read.worksheets) == 3
    cells = [cell for sheet in book_read for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    trips = book_read.worksheets[0]
    assert [cell.value for cell in list(trips.iter_rows())[-1]][1:] == [2, 3, 0, 1, 0, 1, 19, 9, 1]


@pytest.mark.django_db
def test_the_month_costs_the_same_with_more_groups(month, as_user, django_assert_num_queries):
    client = as_user(month.sen)
    client.get(reverse("centre_month"))
    with django_assert_num_queries(11):  # 2 of the session and its user, 1 of the posts, 4 of the page and of the frame
        client.get(reverse("centre_month"))
