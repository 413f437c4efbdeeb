"""What random sequences of acts with one session are held against: a model of its places, and what always holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
)

from programs.approvals.queries import risks_of
from programs.authorities.choices import ApprovalState
from programs.authorities.queries import approvals_needed
from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.centres.choices import CentreRole, SessionState, WaitingPolicy
from programs.centres.models import CentreStaff, FieldTrip, Room, Session
from programs.notices.models import Message
from programs.schools.queries.roles import forget_roles
from tests.centres.make import (
    local,
    make_centre_staff,
    make_session,
    make_trip,
)  # fmt: skip
from tests.people import make_class, make_officer, make_principal, make_school, make_ward_officer

S = BookingState
CAPACITY, ROOM, GROUPS = 20, 60, 6
ENDED = {S.EXPIRED, S.CANCELLED_BY_SCHOOL, S.CANCELLED_BY_CENTRE, S.REFUSED}
HELD = {S.HELD, S.PAPERS_DUE}  # the same to the model: a warning changes no place


@dataclass
class Group:
    state: str
    pupils: int
    seats: int = 0


@dataclass
class Model:
    """Places of one session: groups in the order in which they came."""

    strict: bool
    capacity: int = CAPACITY
    groups: dict[int, Group] = field(default_factory=dict)
    before: dict[int, tuple[str, int]] = field(default_factory=dict)  # it was noted that nobody came
    settled: set[int] = field(default_factory=set)  # by the last closing

    @property
    def left(self) -> int:
        return self.capacity - sum(group.seats for group in self.groups.values())

    @property
    def someone_waits(self) -> bool:
        """Who could not even come into the empty session holds nobody up."""
        return any(group.state == S.WAITLISTED and group.pupils <= self.capacity for group in self.groups.values())

    def fits(self, pupils: int) -> bool:
        return pupils <= self.left and not (self.strict and self.someone_waits)

    def end(self, key: int, state: str) -> None:
        self.groups[key].state, self.groups[key].seats = state, 0

    def nobody_came(self, key: int) -> None:
        self.before[key] = (self.groups[key].state, self.groups[key].seats)
        self.end(key, S.NO_SHOW)

    def come_back(self, key: int) -> None:
        self.groups[key].state, self.groups[key].seats = self.before[key]

    def move_up(self) -> None:
        for group in self.groups.values():
            if group.state != S.WAITLISTED:
                continue
            if group.pupils <= self.left:
                group.state, group.seats = S.OFFERED, group.pupils
            elif self.strict and group.pupils <= self.capacity:
                return


class OneSession(RuleBasedStateMachine):
    """Six schools, one session, a manager; time only goes forward."""

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.clock = time_machine.travel(timezone.now(), tick=False)
        self.traveller = self.clock.start()
        trip = make_trip(pupils_per_adult=60)
        self.session = make_session(trip=trip, starts_at=local(12), capacity=CAPACITY)
        other = Room.objects.create(centre=trip.centre, name="Phòng bên cạnh", capacity=ROOM)
        self.rooms = {False: self.session.room, True: other}
        self.manager = make_centre_staff(trip.centre, "Võ Thị Kim Chi")
        CentreStaff.objects.filter(user=self.manager).update(role=CentreRole.MANAGER)
        self.authorities = [make_ward_officer(), make_officer("Phan Hoàng Nam")]
        self.people = []
        for number in range(GROUPS):
            school = make_school(f"Trường THCS Số {number}")
            principal = make_principal(f"Lê Thị Ngọc {number}", school=school)
            self.people.append((principal, make_class("8A", school=school)))

    def teardown(self) -> None:
        self.clock.stop()
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    @initialize(
        policy=st.sampled_from(WaitingPolicy),
        sizes=st.lists(st.integers(3, 15), min_size=3, max_size=GROUPS),
        by_bus=st.booleans(),
    )
    def a_rush(self, policy: WaitingPolicy, sizes: list[int], by_bus: bool) -> None:
        """With a bus, the principal and then the ward must agree."""
        Session.objects.filter(pk=self.session.pk).update(waiting_policy=policy)
        FieldTrip.objects.update(needs_transport=by_bus)
        self.session = Session.objects.get(pk=self.session.pk)
        self.model = Model(strict=policy == WaitingPolicy.STRICT)
        for number, pupils in enumerate(sizes):
            self.book(number, pupils, waits=True)

    # --- What the acts below share --------------------------------------------------------------
    def known(self, number: int) -> tuple[int, Group]:
        """One of the bookings there are."""
        key = list(self.model.groups)[number % len(self.model.groups)]
        return key, self.model.groups[key]

    def leader_of(self, key: int):
        leader = Booking.objects.select_related("leader").get(pk=key).leader
        forget_roles(leader)
        return leader

    def has_groups(self) -> bool:
        return bool(self.model.groups)

    def is_open(self) -> bool:
        fresh = Session.objects.get(pk=self.session.pk)
        return fresh.state == SessionState.SCHEDULED and timezone.now() < fresh.booking_closes_at

    def move_up(self) -> None:
        if timezone.now() < self.session.starts_at - timedelta(hours=12):
            self.model.move_up()

    def begun(self) -> bool:
        return timezone.now() >= self.session.starts_at

    def waits_on(self, row: Booking) -> bool:
        """Whether it was just given more time, which happens once, because nobody has answered."""
        given = row.grace_given_at is None and Booking.objects.get(pk=row.pk).grace_given_at is not None
        assert not given or row.approvals.exclude(state=ApprovalState.APPROVED).exists()
        return given

    # --- What always holds ----------------------------------------------------------------------
    @invariant()
    def the_rows_are_the_models(self) -> None:
        found = {row.pk: (row.state, row.seats) for row in Booking.objects.all()}
        wanted = {key: (group.state, group.seats) for key, group in self.model.groups.items()} if found else {}
        plain = {key: (S.HELD if state in HELD else state, seats) for key, (state, seats) in found.items()}
        assert plain == wanted

    @invariant()
    def never_one_place_too_many(self) -> None:
        session = Session.objects.get(pk=self.session.pk)
        assert session.seats_taken == sum(Booking.objects.values_list("seats", flat=True))
        assert session.seats_taken <= session.capacity <= ROOM

    @invariant()
    def nobody_is_confirmed_without_those_who_must_agree(self) -> None:
        """A group that became larger, or goes on another day, may keep its places while they are asked again."""
        for booking in Booking.objects.filter(state=S.CONFIRMED).select_related("school", "class_group", "session"):
            rows = {row.kind: row for row in booking.approvals.all()}
            for kind in approvals_needed(risks_of(booking)):
                assert kind in rows and (rows[kind].state == ApprovalState.APPROVED or rows[kind].asked_again)

    @invariant()
    def every_offer_was_made_once(self) -> None:
        offers = Message.objects.filter(kind="booking_offered").values_list("dedupe_key", flat=True)
        assert len(offers) == len(set(offers))
        assert len(offers) == Booking.objects.exclude(offered_at=None).count()
