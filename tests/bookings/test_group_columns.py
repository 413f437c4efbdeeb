"""Each column of a group goes the whole way: typed, kept, compared, shown to some, told, wiped. None is named here."""

from __future__ import annotations

from dataclasses import fields

import pytest
from django.db import models
from django.urls import reverse

from programs.ballots.actions import entries, running
from programs.ballots.forms import EntryForm
from programs.ballots.models import Ballot, BallotEntry
from programs.bookings.choices import BookingState
from programs.bookings.forms import BookingForm
from programs.bookings.models import GROUP, Booking, Group, GroupColumns
from programs.centres.models import Session
from programs.core import retention
from programs.core.audit import history_of
from programs.core.personal import Subject, carry_out, plan_erasure, sections_of
from programs.core.phones import show_phone
from programs.core.refusals import Refused
from tests.ballots import make
from tests.ballots.make import terms
from tests.centres.make import book, local, make_session, move_session
from tests.people import make_administrator, make_officer, make_teacher

pytestmark = pytest.mark.django_db
PERSONAL = sorted(GroupColumns.PII)


def said(turn: int = 0) -> dict:
    """A value of its own for each column, another one each turn."""
    found = {}
    for number, name in enumerate(GROUP):
        column = GroupColumns._meta.get_field(name)
        if isinstance(column, models.PositiveSmallIntegerField):
            found[name] = 20 + number + turn
        elif "phone" in name:
            found[name] = f"+8491234{number:02}{turn:02}"
        else:
            found[name] = f"Điều {number} lần {turn} của cô Hạnh"
    return found


def told_by(row: GroupColumns) -> dict:
    return {name: getattr(row, name) for name in GROUP}


def personal_of(row: GroupColumns) -> set:
    row.refresh_from_db()
    return {getattr(row, name) for name in PERSONAL}


def readable(name: str) -> set[str]:
    """How a page may write what was said."""
    value = str(said()[name])
    return {value, show_phone(value)} if value.startswith("+") else {value}


@pytest.fixture
def booking(world) -> Booking:
    return book(world.session, world.class_8a1, world.hanh, **said())


@pytest.fixture
def draw(world) -> Ballot:
    """Of another session's places."""
    session = make_session(trip=world.session.field_trip, starts_at=local(12))
    return running.open_ballot(session=session, terms=terms(), by=make_officer(), key="mo")


def enter(world, draw: Ballot, **changes) -> BallotEntry:
    group = Group(class_group=world.class_8a1, **said() | changes)
    return entries.enter_ballot(ballot_id=draw.pk, wishes=[draw.session_id], group=group, by=world.hanh, key="vao")


# --- One list -----------------------------------------------------------------------------------
def test_the_value_and_the_forms_have_every_column():
    assert {field.name for field in fields(Group)} == {"class_group", *GROUP}
    for form in (BookingForm, EntryForm):
        assert {"class_group", *GROUP} <= set(form.base_fields)


@pytest.mark.parametrize("name", [name for name in GROUP if name not in GroupColumns.PII])
def test_only_numbers_are_nobodys(name):
    """What is typed in words is personal until somebody shows that it cannot be."""
    assert isinstance(GroupColumns._meta.get_field(name), models.PositiveSmallIntegerField)


# --- From the form to the row -------------------------------------------------------------------
def test_what_is_typed_is_booked(world, as_user):
    typed = said() | {"class_group": world.class_8a1.pk, "idempotency_key": "k"}
    assert as_user(world.hanh).post(reverse("session_book", args=[world.session.pk]), typed).status_code == 302
    assert told_by(Booking.objects.get()) == said()


def test_what_is_typed_is_entered_and_changed(world, as_user, draw):
    client = as_user(world.hanh)
    typed = said() | {"class_group": world.class_8a1.pk, "idempotency_key": "k"}
    assert client.post(reverse("session_enter", args=[draw.session_id]), typed).status_code == 302
    entry = BallotEntry.objects.get()
    assert told_by(entry) == said()
    edit = reverse("entry_edit", args=[entry.pk])
    shown = client.get(edit).context["form"]
    assert all(str(shown[name].value()) in readable(name) for name in GROUP)
    assert client.post(edit, said(1) | {"version": shown["version"].value()}).status_code == 302
    entry.refresh_from_db()
    assert told_by(entry) == said(1)


def test_what_was_entered_is_booked_when_it_is_drawn(world, draw):
    entry = enter(world, draw)
    make.close(draw)
    make.draw(draw)
    make.send(draw)
    assert told_by(Booking.objects.get()) == said()
    assert personal_of(entry) == {""}


@pytest.mark.parametrize("name", GROUP)
def test_the_same_key_with_another_value_is_not_the_same_booking(world, name):
    book(world.session, world.class_8a1, world.hanh, key="k", **said())
    with pytest.raises(Refused) as refused:
        book(world.session, world.class_8a1, world.hanh, key="k", **said() | {name: said(1)[name]})
    assert refused.value.refusal.code == "key_reused"


@pytest.mark.parametrize("name", GROUP)
def test_the_same_key_with_another_value_is_not_the_same_entry(world, draw, name):
    enter(world, draw)
    with pytest.raises(Refused) as refused:
        enter(world, draw, **{name: said(1)[name]})
    assert refused.value.refusal.code == "key_reused"


@pytest.mark.parametrize("name", GROUP)
def test_what_was_typed_is_kept_in_a_draft_and_when_the_places_run_out(world, as_user, name):
    client, book_it = as_user(world.hanh), reverse("session_book", args=[world.session.pk])
    typed = said() | {"class_group": world.class_8a1.pk, "idempotency_key": "k"}
    client.post(book_it, typed | {"draft": ""})
    assert client.get(book_it).context["form"][name].value() in readable(name)
    Session.objects.filter(pk=world.session.pk).update(seats_taken=40)
    hidden = f'name="{name}" value="{said()[name]}"'
    assert hidden in client.post(book_it, typed).content.decode()


# --- Who reads it -------------------------------------------------------------------------------
@pytest.mark.parametrize("name", PERSONAL)
def test_the_leader_and_the_host_read_it_and_nobody_beside_them(world, as_user, booking, name):
    def reads(person) -> bool:
        page = as_user(person).get(reverse("booking_detail", args=[booking.reference])).content.decode()
        return any(words in page for words in readable(name))

    assert reads(world.hanh) and reads(world.sen)
    assert not reads(make_teacher("Ngô Thị Thu", school=world.school)) and not reads(world.lam)


@pytest.mark.parametrize("name", PERSONAL)
def test_neither_the_back_office_nor_the_record_has_it(world, as_user, booking, draw, name):
    page = as_user(make_administrator()).get(f"/backoffice/bookings/booking/{booking.pk}/change/").content.decode()
    assert booking.reference in page
    history = [str(vars(row)) for row in (*history_of(booking), *history_of(draw))]
    assert history
    assert not any(words in text for text in (page, *history) for words in readable(name))


def test_the_record_has_the_size(world, booking):
    [held] = history_of(booking)
    assert booking.size == {name: said()[name] for name in GROUP if name not in GroupColumns.PII}
    assert booking.size.items() <= held.data["after"].items()


# --- Told and wiped -----------------------------------------------------------------------------
@pytest.mark.parametrize("name", PERSONAL)
@pytest.mark.parametrize("model", [Booking, BallotEntry])
def test_what_is_stored_is_told(world, booking, draw, model, name):
    def told() -> list[str]:
        sections = sections_of(Subject(user_id=world.hanh.pk))
        return [fact.shown for section in sections for row in section.rows for fact in row]

    enter(world, draw)
    before = told()
    model.objects.update(**{name: ""})
    assert told() != before


@pytest.mark.parametrize("name", PERSONAL)
def test_even_a_single_one_goes_when_its_time_is_over(booking, name):
    move_session(booking.session, local(-31))
    only = {other: said()[name] if other == name else "" for other in PERSONAL}
    Booking.objects.update(state=BookingState.CLOSED, **only)
    retention.run()
    assert personal_of(booking) == {""}


@pytest.mark.parametrize("name", PERSONAL)
def test_even_a_single_one_goes_with_its_leader(world, booking, draw, name):
    entry = enter(world, draw)
    only = {other: said()[name] if other == name else "" for other in PERSONAL}
    Booking.objects.update(**only)
    BallotEntry.objects.update(**only)
    carry_out(plan_erasure(Subject(user_id=world.hanh.pk)))
    assert personal_of(booking) == personal_of(entry) == {""}


def test_an_entry_that_is_withdrawn_is_wiped(world, draw):
    entry = enter(world, draw)
    entries.withdraw_entry(entry_id=entry.pk, by=world.hanh)
    assert personal_of(entry) == {""}
