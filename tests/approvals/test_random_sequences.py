"""Random sequences of everything that moves places, against a model that knows nothing of the portal's code.

The model is a page of arithmetic: who holds how many places, who waits, who is offered what comes free. After each
act the portal's rows must be the model's, on both databases.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    precondition,
    rule,
    run_state_machine_as_test,
)

from programs.approvals.actions.approvals import ask_once_more
from programs.approvals.actions.confirming import confirm_booking
from programs.approvals.actions.deadlines import keep_deadlines
from programs.approvals.models import BookingApproval
from programs.approvals.policy import may_decide
from programs.authorities.choices import ApprovalState
from programs.bookings.actions import guard
from programs.bookings.actions.booking import cancel_booking
from programs.bookings.actions.waiting import accept_offer, give_places_by_exception, leave_waiting
from programs.bookings.models import Booking
from programs.centres.models import Session
from programs.core.idempotency import new_key
from programs.core.refusals import Refused
from programs.schools.queries.roles import forget_roles
from programs.visit_days.actions.arrivals import mark_no_show, take_back_no_show
from programs.visit_days.actions.closing import close_session, reopen_session
from programs.visit_days.actions.unannounced import let_in
from tests.approvals.sequences import CAPACITY, ENDED, GROUPS, HELD, ROOM, Group, OneSession, S
from tests.centres.make import (
    book,
    change_capacity,
    change_group,
    decide_approval,
    place_session,
)  # fmt: skip
from tests.visit_days.make import check_in

ENOUGH = settings(max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
ANSWERS = [*[ApprovalState.APPROVED] * 4, ApprovalState.RETURNED, ApprovalState.REFUSED]
has_groups, begun = OneSession.has_groups, OneSession.begun


class Visits(OneSession):
    # --- Acts of schools ------------------------------------------------------------------------
    @rule(number=st.integers(0, GROUPS - 1), pupils=st.integers(1, CAPACITY + 3), waits=st.booleans())
    def book(self, number: int, pupils: int, waits: bool) -> None:
        by, class_group = self.people[number]
        live = Booking.objects.live().filter(class_group=class_group).exists()
        fits, possible = self.model.fits(pupils), self.is_open() and not live and pupils <= min(self.model.capacity, 40)
        forget_roles(by)
        try:
            made = book(self.session, class_group, by, pupils=pupils, adults=1, wait_if_full=waits)
        except Refused:
            assert not (possible and (fits or waits))
            return
        assert possible and (fits or waits)
        self.model.groups[made.pk] = Group(S.HELD if fits else S.WAITLISTED, pupils, pupils if fits else 0)

    @precondition(has_groups)
    @rule(number=st.integers(0, 50))
    def cancel(self, number: int) -> None:
        key, group = self.known(number)
        try:
            cancel_booking(booking_id=key, reason="Lớp có lịch thi", by=self.leader_of(key))
        except Refused:
            return
        if group.state not in ENDED:
            self.model.end(key, S.CANCELLED_BY_SCHOOL)
            self.move_up()

    @precondition(has_groups)
    @rule(number=st.integers(0, 50), pupils=st.integers(1, CAPACITY))
    def resize(self, number: int, pupils: int) -> None:
        key, group = self.known(number)
        more = pupils - group.seats if group.seats else 0
        try:
            change_group(booking_id=key, pupils=pupils, adults=1, by=self.leader_of(key))
        except Refused as refused:
            if refused.refusal.code == "full":
                assert more > 0 and not self.model.fits(more)
            return
        assert more <= 0 or self.model.fits(more)
        group.pupils = pupils
        group.seats = pupils if group.seats else 0
        self.move_up()

    @precondition(has_groups)
    @rule(number=st.integers(0, 50))
    def accept(self, number: int) -> None:
        key, group = self.known(number)
        try:
            accept_offer(booking_id=key, by=self.leader_of(key))
        except Refused:
            return
        assert group.state == S.OFFERED or group.state in HELD
        group.state = S.HELD

    @precondition(has_groups)
    @rule(number=st.integers(0, 50))
    def leave(self, number: int) -> None:
        key, group = self.known(number)
        try:
            leave_waiting(booking_id=key, by=self.leader_of(key))
        except Refused:
            return
        if group.state not in ENDED:
            assert group.state in {S.WAITLISTED, S.OFFERED}
            self.model.end(key, S.CANCELLED_BY_SCHOOL)
            self.move_up()

    @precondition(has_groups)
    @rule(number=st.integers(0, 50))
    def confirm(self, number: int) -> None:
        key, group = self.known(number)
        try:
            confirm_booking(booking_id=key, by=self.leader_of(key))
        except Refused:
            return
        assert group.state in HELD | {S.CONFIRMED}
        group.state = S.CONFIRMED

    # --- Acts of those who must agree -----------------------------------------------------------
    @precondition(has_groups)
    @rule(number=st.integers(0, 50), answer=st.sampled_from(ANSWERS))
    def answer(self, number: int, answer: ApprovalState) -> None:
        """Whoever is asked now answers; only a no ends the visit."""
        key, group = self.known(number)
        approval = BookingApproval.objects.filter(booking=key, state=ApprovalState.ASKED).first()
        people = [self.leader_of(key), *self.authorities]
        by = next((each for each in people if approval and may_decide(each, approval)), None)
        if approval is None or by is None:
            return
        try:
            decide_approval(approval_id=approval.pk, answer=answer, reason="Thiếu bảo hiểm", by=by)
        except Refused:
            return
        assert group.state in HELD | {S.CONFIRMED, S.OFFERED}
        if answer == ApprovalState.REFUSED:
            self.model.end(key, S.REFUSED)
            self.move_up()

    @precondition(has_groups)
    @rule(number=st.integers(0, 50))
    def mend(self, number: int) -> None:
        """What was sent back is put to whoever sent it back; that changes no place."""
        key, _group = self.known(number)
        try:
            ask_once_more(booking_id=key, by=self.leader_of(key))
        except Refused:
            return
        assert BookingApproval.objects.filter(booking=key, state=ApprovalState.ASKED).exists()

    # --- Acts of the centre ---------------------------------------------------------------------
    @precondition(has_groups)
    @rule(number=st.integers(0, 50))
    def except_one(self, number: int) -> None:
        key, group = self.known(number)
        try:
            give_places_by_exception(booking_id=key, reason="Trường ở xa", by=self.manager)
        except Refused:
            return
        if group.state == S.WAITLISTED:
            self.model.capacity += max(0, group.pupils - max(self.model.left, 0))
            group.state, group.seats = S.HELD, group.pupils

    @rule(capacity=st.integers(1, ROOM + 5))
    def change_places(self, capacity: int) -> None:
        changed = capacity != self.model.capacity
        taken = self.model.capacity - self.model.left
        try:
            change_capacity(session_id=self.session.pk, capacity=capacity, by=self.manager)
        except Refused:
            return
        assert taken <= capacity <= ROOM
        self.model.capacity = capacity
        if changed:
            self.move_up()

    @rule(days=st.sampled_from([0, 0, 1, 3]), other_room=st.booleans())
    def move(self, days: int, other_room: bool) -> None:
        """Another day or room changes no place; whoever waits may get a turn that the last hours had ended."""
        room = self.rooms[other_room]
        before = (self.session.starts_at, Session.objects.get(pk=self.session.pk).room_id)
        starts_at = self.session.starts_at + timedelta(days=days)
        try:
            place_session(session_id=self.session.pk, starts_at=starts_at, room=room, by=self.manager)
        except Refused:
            return
        self.session.starts_at = starts_at
        if before != (starts_at, room.pk):
            self.move_up()

    @precondition(begun)
    @rule(number=st.integers(0, GROUPS - 1), pupils=st.integers(1, CAPACITY))
    def come_unannounced(self, number: int, pupils: int) -> None:
        _principal, class_group = self.people[number]
        try:
            made = let_in(
                session_id=self.session.pk, school=class_group.school, class_group=class_group, pupils=pupils,
                girls=0, adults=1, contact_phone="+84912000111", reason="Xe đã đến", by=self.manager, key=new_key(),
            )  # fmt: skip
        except Refused:
            return
        self.model.capacity += max(0, pupils - self.model.left)
        self.model.groups[made.pk] = Group(S.ATTENDED, pupils, pupils)

    @precondition(has_groups)
    @rule(number=st.integers(0, 50), comes=st.booleans())
    def receive(self, number: int, comes: bool) -> None:
        key, group = self.known(number)
        try:
            if comes:
                check_in(booking_id=key, pupils=1, girls=0, adults=1, by=self.manager)
            else:
                mark_no_show(booking_id=key, by=self.manager)
        except Refused:
            return
        if comes:
            group.state, group.seats = S.ATTENDED, group.seats or group.pupils
        else:
            self.model.nobody_came(key)

    @precondition(begun)
    @rule()
    def close(self) -> None:
        try:
            close_session(session_id=self.session.pk, sure=True, by=self.manager)
        except Refused:
            return  # it is closed already
        self.model.settled = set()
        for key, group in self.model.groups.items():
            if group.state == S.ATTENDED:
                group.state = S.CLOSED
            elif group.state in HELD | {S.CONFIRMED}:
                self.model.settled.add(key)
                self.model.nobody_came(key)
            elif group.state in {S.WAITLISTED, S.OFFERED}:
                self.model.end(key, S.EXPIRED)

    @precondition(begun)
    @rule()
    def reopen(self) -> None:
        try:
            reopen_session(session_id=self.session.pk, reason="Xe đến muộn", by=self.manager)
        except Refused:
            return  # it is open, or was closed too long ago
        for key, group in self.model.groups.items():
            if group.state == S.CLOSED:
                group.state = S.ATTENDED
            elif key in self.model.settled and group.state == S.NO_SHOW:
                self.model.come_back(key)

    @precondition(has_groups)
    @rule(number=st.integers(0, 50))
    def take_back(self, number: int) -> None:
        key, group = self.known(number)
        try:
            take_back_no_show(booking_id=key, by=self.manager)
        except Refused:
            return
        assert group.state == S.NO_SHOW
        self.model.come_back(key)

    # --- Time -----------------------------------------------------------------------------------
    @rule(hours=st.sampled_from([30, 80]))
    def the_worker_stands_still(self, hours: int) -> None:
        """Deadlines pass and nobody is told: nothing may end for it, and nothing does until it runs again."""
        self.traveller.shift(timedelta(hours=hours))

    @rule(hours=st.sampled_from([1, 6, 20, 49]))
    def time_passes(self, hours: int) -> None:
        self.traveller.shift(timedelta(hours=hours))
        now = timezone.now()
        rows = list(Booking.objects.order_by("pk"))
        keep_deadlines(now=now)
        if not self.begun():
            for row in rows:
                # Nothing ends without a warning, and what is warned of late has time from then on. What waits for an
                # authority alone has more time once.
                if row.state in HELD and row.warned_at and row.papers_due_at <= now and not self.waits_on(row):
                    self.model.end(row.pk, S.EXPIRED)
                    self.move_up()
        for row in rows:
            told = row.warned_at or self.begun()
            if row.state == S.OFFERED and told and row.offer_expires_at <= now:
                self.model.end(row.pk, S.EXPIRED)
                self.move_up()


@pytest.mark.django_db
def test_no_sequence_breaks_an_invariant():
    run_state_machine_as_test(Visits, settings=ENOUGH)


@pytest.mark.django_db
def test_the_control_finds_places_that_are_not_given_back(monkeypatch):
    monkeypatch.setattr(guard, "_free_seats", lambda **_places: None)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(Visits, settings=settings(ENOUGH, phases=[Phase.generate]))
