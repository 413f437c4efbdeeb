"""Access and medical needs are for the host alone: cô Hạnh writes them, chị Sen reads them, nobody in between does.

What every role reads on every page and in every file stands in tests/readable.txt, in the rows of ``needs``.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from programs.ballots.actions import entries, running
from programs.bookings.actions.booking import cancel_booking
from programs.bookings.actions.group import tell_needs
from programs.centres.choices import BookingMode
from programs.centres.models import Session
from programs.core.audit import history_of
from programs.core.idempotency import new_key
from programs.core.versions import version_of
from programs.notices.models import Message
from tests.ballots.make import terms
from tests.centres.make import book, local, make_centre, make_centre_staff, make_group, move_session
from tests.forms import Form, forms_of
from tests.pages import main_of
from tests.people import make_administrator, make_officer, make_teacher, make_ward_officer

pytestmark = pytest.mark.django_db
NEEDS = "Một em dùng xe lăn"


@pytest.fixture
def booking(world):
    return book(world.session, world.class_8a1, world.hanh, pupils=30, needs=NEEDS)


@pytest.fixture
def entry(world):
    """8A1 takes part in a draw; cô Hạnh entered it."""
    Session.objects.filter(pk=world.session.pk).update(mode=BookingMode.BALLOT)
    draw = running.open_ballot(session=world.session, terms=terms(), by=make_officer(), key="mo")
    group = make_group(world.class_8a1, pupils=30, needs=NEEDS)
    return entries.enter_ballot(ballot_id=draw.pk, wishes=[world.session.pk], group=group, by=world.hanh, key="vao")


def reads(client, *pages: str) -> bool:
    return any("xe lăn" in client.get(page).content.decode() for page in pages)


def test_of_a_booking_the_host_and_the_writer_read_them(world, as_user, booking):
    page = reverse("booking_detail", args=[booking.reference])
    for person in (world.hanh, world.sen):
        assert reads(as_user(person), page)
    colleague = make_teacher("Ngô Thị Thu", school=world.school)
    elsewhere = make_centre_staff(make_centre("Trung tâm khác"), "Mai Văn Tú")
    officers = (make_ward_officer(ward=world.school.ward), make_officer("Trịnh Văn Huy"))
    for person in (world.phuc, colleague, world.lam, elsewhere, *officers):
        assert not reads(as_user(person), page), person


def test_what_the_writer_learns_later_the_host_reads_too(world, as_user, booking):
    ask, page = (reverse(name, args=[booking.reference]) for name in ("booking_needs", "booking_detail"))
    assert ask in as_user(world.hanh).get(page).content.decode()
    assert reads(as_user(world.hanh), ask)
    typed = {"needs": "Hai em dùng xe lăn", "version": version_of({"needs": NEEDS})}
    for _twice in range(2):
        assert as_user(world.hanh).post(ask, typed).status_code == 302
    assert "Hai em dùng xe lăn" in as_user(world.sen).get(page).content.decode()
    [entry] = history_of(booking).filter(action="booking.needs")
    assert "xe lăn" not in str(vars(entry))
    for person, status in ((world.phuc, 403), (world.sen, 403), (world.lam, 404)):
        assert as_user(person).get(ask).status_code == status
        assert as_user(person).post(ask, typed).status_code == status
        with pytest.raises(PermissionDenied):
            tell_needs(booking_id=booking.pk, needs="Không", version=typed["version"], by=person)
    assert reads(as_user(world.sen), page)


def test_two_tabs_do_not_overwrite_each_other(world, as_user, booking):
    """What the first tab stored is shown beside what the second one typed; then the writer decides."""
    client, ask = as_user(world.hanh), reverse("booking_needs", args=[booking.reference])
    first, second = (form_of(client.get(ask)).filled() for _tab in range(2))
    assert client.post(ask, first | {"needs": "Hai em dùng xe lăn"}).status_code == 302
    refused = client.post(ask, second | {"needs": "Một em dị ứng lạc"})
    page = main_of(refused)
    assert "Có người đã sửa nội dung này" in page
    assert '<td data-l="Đang lưu">Hai em dùng xe lăn</td>' in page
    assert '<td data-l="Vừa nhập">Một em dị ứng lạc</td>' in page
    booking.refresh_from_db()
    assert booking.needs == "Hai em dùng xe lăn"
    again = form_of(refused).filled()
    assert again["needs"] == ["Một em dị ứng lạc"]
    assert client.post(ask, again).status_code == 302
    booking.refresh_from_db()
    assert booking.needs == "Một em dị ứng lạc"


def form_of(response) -> Form:
    [form] = [each for each in forms_of(response.content.decode()) if any(x.name == "needs" for x in each.fields)]
    return form


def test_needs_cannot_be_told_for_a_group_that_is_no_longer_coming(world, as_user, booking):
    cancel_booking(booking_id=booking.pk, reason="Trùng lịch thi", by=world.hanh)
    ask, page = (reverse(name, args=[booking.reference]) for name in ("booking_needs", "booking_detail"))
    assert ask not in as_user(world.hanh).get(page).content.decode()
    typed = {"needs": "Hai em dùng xe lăn", "version": version_of({"needs": NEEDS})}
    answer = as_user(world.hanh).post(ask, typed)
    assert "Đoàn đã đến" in answer.content.decode()
    booking.refresh_from_db()
    assert booking.needs == NEEDS


def test_on_the_day_the_host_sees_them(world, as_user, booking):
    move_session(world.session, min(timezone.now() + timedelta(hours=1), local(1, 0) - timedelta(minutes=5)))
    check_in, door = reverse("booking_check_in", args=[booking.reference]), reverse("door_list")
    assert reads(as_user(world.sen), check_in)
    listed = as_user(world.sen).get(door).json()["sessions"][0]["groups"][0]
    assert listed["needs"] == NEEDS
    for person in (world.hanh, world.phuc, world.lam, make_officer("Trịnh Văn Huy")):
        for page in (check_in, door):
            assert as_user(person).get(page).status_code == 404, person


def test_messages_are_hidden_while_viewing_as_someone_else(world, as_user, booking):
    """An administrator may help cô Hạnh and chị Sen without reading what is between them."""
    move_session(world.session, timezone.now() + timedelta(hours=1))
    pages = [
        reverse(name, args=[booking.reference]) for name in ("booking_detail", "booking_check_in", "booking_needs")
    ]
    client = as_user(make_administrator())
    for person in (world.hanh, world.sen):
        typed = {"reason": "Cô hỏi cách xem phiếu.", "idempotency_key": new_key()}
        assert client.post(reverse("view_as_start", args=[person.pk]), typed).status_code == 302
        assert booking.reference in client.get(pages[0]).content.decode()
        assert not reads(client, *pages)
        client.post(reverse("view_as_end"))


def test_neither_the_back_office_nor_mail_nor_record_has_them(world, as_user, booking):
    page = as_user(make_administrator()).get(f"/backoffice/bookings/booking/{booking.pk}/change/")
    assert booking.reference in page.content.decode()
    assert "xe lăn" not in page.content.decode()
    mails, history = Message.objects.filter(recipient=world.hanh), history_of(booking)
    assert mails and history
    assert not any("xe lăn" in str(vars(row)) for row in (*mails, *history))


def test_of_an_entry_only_the_writer_reads_and_changes_them(world, as_user, entry):
    page, edit = (reverse(name, args=[entry.pk]) for name in ("entry_detail", "entry_edit"))
    assert reads(as_user(world.hanh), edit)
    for person in (world.phuc, world.lam, world.sen, make_officer("Trịnh Văn Huy")):
        assert not reads(as_user(person), page, edit), person

    def send(person, needs: str) -> int:
        sent = {"pupils": "28", "adults": "2", "contact_phone": "0912345678", "needs": needs}
        entry.refresh_from_db()
        return as_user(person).post(edit, sent | {"version": version_of(entry.said)}).status_code

    assert send(world.phuc, "Không có") == 302
    entry.refresh_from_db()
    assert (entry.pupils, entry.needs) == (28, NEEDS)
    assert send(world.hanh, "Hai em dùng xe lăn") == 302
    entry.refresh_from_db()
    assert entry.needs == "Hai em dùng xe lăn"
    assert not any("xe lăn" in str(row.data) for row in history_of(entry))


def test_not_even_the_action_lets_the_coordinator_overwrite_them(world, entry):
    group = make_group(world.class_8a1, pupils=20, needs="")
    entries.change_entry(
        entry_id=entry.pk, wishes=entry.wished, group=group, version=version_of(entry.said), by=world.phuc
    )
    entry.refresh_from_db()
    assert (entry.pupils, entry.needs) == (20, NEEDS)
