"""The three schools and five children of the random stories; what their schools do with lists, classes and years."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from programs.consents.actions.texts import load_consent_texts
from programs.consents.models import ConsentText
from programs.core.choices import Level
from programs.core.models import SchoolYear
from programs.core.refusals import Refused
from programs.pupils.actions.roll import mark_left, take_back
from programs.pupils.models import Pupil
from programs.rosters import rules as roster_rules
from programs.rosters.choices import RowDecision
from tests.centres.make import book, make_session
from tests.people import make_class, make_coordinator, make_officer, make_school, make_user
from tests.pupils import children_acts as acts
from tests.pupils.children_model import Child, Line, Model, Record, givers

OWN, SHARED = "Danh sách của trường", "CSDL ngành"
ANY = st.integers(0, 5)


def children(today) -> list[Child]:
    """Two of one name and one birthday; one becomes 7 tomorrow, one 18. No number of a school is one of its twin."""
    years = timedelta(days=365.25)
    thirteen = today - 13 * years - timedelta(days=40)
    return [
        Child("Nguyễn Nhật Minh", "7400000001", ("001", "003", "001"), thirteen),
        Child("Nguyễn Nhật Minh", "7400000002", ("002", "004", "005"), thirteen),
        Child("Đỗ Thị Lan", "7400000003", ("003", "001", "002"), _birthday(today, 7)),
        Child("Lê Thị Bình", "7400000004", ("004", "002", "003"), _birthday(today, 18)),
        Child("Trần Văn An", "7400000005", ("005", "005", "004"), today - 10 * years - timedelta(days=90)),
    ]


def _birthday(today, years: int):
    """Who becomes so old tomorrow."""
    tomorrow = today + timedelta(days=1)
    try:
        return tomorrow.replace(year=tomorrow.year - years)
    except ValueError:
        return tomorrow.replace(year=tomorrow.year - years, day=28)


class World(RuleBasedStateMachine):
    """Three schools, five children; every act takes some minutes, and days only pass forward."""

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        start = timezone.localtime().replace(hour=9, minute=0)
        self.clock = time_machine.travel(start, tick=False)
        self.traveller = self.clock.start()
        self.reading = acts.files_read_here()
        self.reading.__enter__()
        self.model, self.number = Model(), 0
        self.children = children(timezone.localdate())
        for each in self.children:
            each.correct(each.born)
        self._schools()

    def _schools(self) -> None:
        load_consent_texts()
        today = timezone.localdate()
        ConsentText.objects.update(in_force_from=today - timedelta(days=200))
        ends = today + timedelta(days=40)
        self.year = SchoolYear.objects.create(name="Năm nay", starts_on=ends - timedelta(days=360), ends_on=ends)
        self.next_year = SchoolYear.objects.create(
            name="Sang năm", starts_on=ends + timedelta(days=1), ends_on=ends + timedelta(days=360)
        )
        self.huy = make_officer("Phạm Quốc Huy")
        levels = (Level.PRIMARY, Level.LOWER_SECONDARY)
        self.schools = [make_school(f"Trường TH - THCS Số {number}", levels=levels) for number in range(3)]
        for number, school in enumerate(self.schools):
            make_coordinator(f"Nguyễn Văn Phúc {number}", school=school)
        group = make_class("8Z", school=self.schools[0], school_year=self.year)
        self.visit = book(make_session(), by=acts.keeper_of(self.schools[0]), class_group=group, pupils=5)

    def teardown(self) -> None:
        self.reading.__exit__(None, None, None)
        self.clock.stop()
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    @initialize()
    def the_year_begins(self) -> None:
        """Each school sends a list; Minh and An are on the rolls of two, and own numbers mean another child in each."""
        self.import_list(0, [0, 1, 2], shared=True, dated=True, up=0)
        self.import_list(1, [0, 3, 4], shared=False, dated=True, up=0)
        self.import_list(2, [1, 2, 4], shared=False, dated=True, up=0)

    # --- What the acts below share --------------------------------------------------------------
    def key(self) -> str:
        """Every act takes some minutes."""
        self.number += 1
        self.traveller.shift(timedelta(minutes=7))
        return f"key-{self.number}"

    def in_use(self, number: int) -> tuple[int, Record, Pupil] | None:
        """One of the records that stand at a working school."""
        working = {index for index, school in enumerate(self.schools) if self.fresh(school).is_working}
        found = [
            (pk, record) for pk, record in self.model.records.items() if record.in_use and record.school in working
        ]
        if not found:
            return None
        pk, record = found[number % len(found)]
        return pk, record, Pupil.objects.select_related("school", "user").get(pk=pk)

    @staticmethod
    def fresh(row):
        return type(row).objects.get(pk=row.pk)

    def touch(self, *numbers: int) -> None:
        for merged in self.model.mergers.values():
            merged.touched |= {each for each in self.model.records if self.model.holder_of(each) in numbers}
            merged.touched |= set(numbers)

    def say(self, number: int, purpose: str, giver: str, who: str, no: bool, *, at=None) -> None:
        born = Pupil.objects.get(pk=number).birth_date
        alone = len(givers(born, timezone.localdate())) == 1
        self.model.say(number, purpose, giver, Line(at or timezone.now(), 0, who, no, alone))

    # --- Lists ----------------------------------------------------------------------------------
    @rule(
        index=st.integers(0, 2), who=st.lists(st.integers(0, 4), min_size=1, max_size=4, unique=True),
        shared=st.booleans(), dated=st.sampled_from([True, True, True, False]), up=st.integers(0, 1),
    )  # fmt: skip
    def import_list(self, index: int, who: list[int], shared: bool, dated: bool, up: int) -> None:
        school = self.fresh(self.schools[index])
        if not school.is_working:
            return
        listed = [self.children[each] for each in who]
        rows = [
            (child.number if shared else child.own[index], child.name, child.born if dated else None, f"{8 + up}A")
            for child in listed
        ]

        def answer(row) -> str:
            return self.truth(row, listed[row.line - 2])

        for row in acts.send_list(school, self.year, rows, SHARED if shared else OWN, answer, self.key()):
            child = listed[row.line - 2]
            record = self.model.records.get(row.pupil_id)
            if record is None:
                was_gone = [each for each in self.model.records.values() if each.erased and each.school == index]
                if shared and any(child in each.seen and each.number_of == SHARED for each in was_gone):
                    assert row.decision == RowDecision.NEW, "nobody comes back in silence"
                record = self.model.records[row.pupil_id] = Record(child, index)
            assert child in record.children, "no child becomes another"
            record.school = index
            if shared and record.child is child:
                record.number_of = SHARED
            self.touch(row.pupil_id)

    def truth(self, row, child: Child) -> str:
        """What a person who knows the children says."""
        record = self.model.records.get(row.pupil_id)
        if row.question == roster_rules.OTHER_NAME:
            return RowDecision.SAME_PERSON if record and record.child is child else RowDecision.SKIP
        if row.question == roster_rules.OTHER_IDENTIFIER:
            return RowDecision.SAME_PERSON if record and record.child is child else RowDecision.NEW
        if row.question in (roster_rules.SAME_NAME, roster_rules.ERASED):
            return RowDecision.NEW
        return RowDecision.SKIP

    @rule(number=ANY)
    def leave(self, number: int) -> None:
        if found := self.in_use(number):
            pk, _record, pupil = found
            self.key()
            mark_left(
                school=pupil.school, pupils=[pupil], left_on=timezone.localdate(), by=acts.keeper_of(pupil.school)
            )
            self.touch(pk)

    @rule(number=ANY)
    def come_back(self, number: int) -> None:
        if found := self.in_use(number):
            take_back(pupil=found[2], by=acts.keeper_of(found[2].school))
            self.touch(found[0])

    @rule(index=st.integers(0, 2), leaves=st.integers(0, 3), repeats=st.booleans())
    def promote(self, index: int, leaves: int, repeats: bool) -> None:
        school = self.fresh(self.schools[index])
        if not school.is_working:
            return
        try:
            acts.promote(school, self.year, leaves=leaves, repeats=repeats, key=self.key())
        except Refused as refused:
            acts.must_be(refused, "no_classes")
            return
        self.touch(*[pk for pk, record in self.model.records.items() if record.school == index])

    @rule(number=ANY, years=st.sampled_from([6, 6, 7, 12, 15, 16, 17, 18, 19]), by_list=st.booleans())
    def correct_birthday(self, number: int, years: int, by_list: bool) -> None:
        """The school's register was wrong: a child is older or younger than it said."""
        if found := self.in_use(number):
            pk, record, pupil = found
            record.child.correct(timezone.localdate() - timedelta(days=366 * years))
            if not by_list:
                acts.correct_birthday(pupil, record.child.born, self.key())
                self.touch(pk)

    @rule(number=ANY)
    def open_account(self, number: int) -> None:
        if (found := self.in_use(number)) and not found[2].user:
            pk, record, pupil = found
            pupil.user = make_user(record.child.name, email=None)
            pupil.save(update_fields=["user"])
            self.model.accounts[pupil.user.pk] = record.child
            self.touch(pk)

    @rule(days=st.sampled_from([1, 1, 3]))
    def days_pass(self, days: int) -> None:
        self.traveller.shift(timedelta(days=days))
