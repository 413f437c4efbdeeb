"""Random stories of five children, their families and three schools, against a page of plain Python.

Lists are imported, schools merge and part again, records are joined rightly and wrongly, families answer by link and
on paper in any order of days, birthdays are corrected, children are forgotten. No child becomes another, no "no" is
lost, nothing is shown after a withdrawal.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from programs.consents.actions.consents import withdraw_as_guardian, withdraw_as_pupil, withdraw_at_school
from programs.consents.actions.settling import settle
from programs.consents.actions.texts import load_consent_texts
from programs.consents.models import Consent, ConsentText, GuardianLink
from programs.consents.queries import publishing_allowed
from programs.consents.rules import EARLIER, LATER
from programs.core.choices import Level
from programs.core.models import SchoolYear
from programs.core.refusals import Refused
from programs.duplicates.actions.merging import merge_schools
from programs.duplicates.actions.pairs import decide_pair
from programs.duplicates.actions.undoing import undo_merge
from programs.duplicates.choices import Answer, PairState
from programs.duplicates.models import PupilPair, SchoolMerger
from programs.pupils.actions import joining as joining_acts
from programs.pupils.actions.joining import merge_pupils, part_pupils
from programs.pupils.actions.roll import mark_left, take_back
from programs.pupils.models import Enrolment, Joining, Pupil
from programs.rosters import rules as roster_rules
from programs.rosters.choices import RowDecision
from programs.schools.models import School
from programs.visit_days.models import VisitPhotograph
from programs.visit_days.queries.photographs import photographs_of
from tests.centres.make import book, make_session
from tests.people import make_class, make_coordinator, make_officer, make_school, make_user
from tests.pupils import children_acts as acts
from tests.pupils.children_model import (
    CLOSED,
    GUARDIAN,
    NOTHING,
    PUPIL,
    Child,
    Line,
    Merged,
    Model,
    Record,
    givers,
    standing,
    words_of,
)

OWN, SHARED = "Danh sách của trường", "CSDL ngành"
ENOUGH = settings(max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
PURPOSES = ["photo", "photo", "photo", "photo", "showcase"]
YES, NO = "given", "refused"
SAYS = st.sampled_from([YES, YES, NO])
ANY = st.integers(0, 5)
PARENT, PURPOSE = st.sampled_from(["mother", "father"]), st.sampled_from(PURPOSES)


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


class Children(RuleBasedStateMachine):
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
        """Each school sends a list; Minh is on the rolls of two."""
        self.import_list(0, [0, 1, 2], shared=True, dated=True, up=0)
        self.import_list(1, [0, 3, 4], shared=False, dated=True, up=0)

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
            mark_left(school=pupil.school, pupils=[pupil], left_on=timezone.localdate(), by=acts.keeper_of(pupil.school))
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
            assert refused.refusal.code == "no_classes"
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

    # --- Families -------------------------------------------------------------------------------
    @rule(number=ANY, parent=PARENT, purpose=PURPOSE, said=SAYS)
    def answer_by_link(self, number: int, parent: str, purpose: str, said: str) -> None:
        if not (found := self.in_use(number)):
            return
        pk, _record, pupil = found
        try:
            link = acts.link_for(pupil, parent, self.key())
        except Refused as refused:
            assert refused.refusal.code in ("adult", "left")
            return
        acts.say_by_link(link, parent, purpose, said)
        self.say(pk, purpose, GUARDIAN, parent, said == NO)

    @rule(number=ANY, purpose=PURPOSE)
    def withdraw_by_link(self, number: int, purpose: str) -> None:
        """Through a link that was handed out before, wherever its record has come to."""
        links = list(GuardianLink.objects.filter(voided_at=None).exclude(relation="").order_by("pk"))
        if not links:
            return
        link = links[number % len(links)]
        parent = next(who for who, (_name, relation) in acts.PARENTS.items() if relation == link.relation)
        self.key()
        try:
            withdraw_as_guardian(link_id=link.pk, purpose=purpose)
        except Refused as refused:
            assert refused.refusal.code in ("adult", "left")
            return
        if standing(self.model.records[link.pupil_id].said(purpose, GUARDIAN)) != NOTHING:
            self.say(link.pupil_id, purpose, GUARDIAN, parent, True)

    @rule(number=ANY, purpose=PURPOSE, giver=st.sampled_from([GUARDIAN, PUPIL]))
    def withdraw_at_school(self, number: int, purpose: str, giver: str) -> None:
        """Somebody of the family telephones; the school does not write down who."""
        if not (found := self.in_use(number)):
            return
        pk, record, pupil = found
        self.key()
        by = acts.keeper_of(pupil.school)
        withdraw_at_school(pupil_id=pk, purpose=purpose, giver=giver, reason="Gia đình gọi", by=by)
        if standing(record.said(purpose, giver)) != NOTHING:
            self.say(pk, purpose, giver, "" if giver == GUARDIAN else PUPIL, True)

    @rule(
        number=ANY, parent=PARENT, purpose=PURPOSE, said=SAYS, days=st.integers(0, 4),
        signed_by=st.sampled_from([[GUARDIAN], [PUPIL], [GUARDIAN, PUPIL]]), is_later=st.sampled_from([LATER, EARLIER]),
    )  # fmt: skip
    def hand_in_paper(
        self, number: int, parent: str, purpose: str, said: str, days: int, signed_by: list[str], is_later: str
    ) -> None:
        if not (found := self.in_use(number)):
            return
        pk, record, pupil = found
        on, key = timezone.localdate() - timedelta(days=days), self.key()
        asked = {PUPIL} if self.is_adult(pupil) else {GUARDIAN, *givers(pupil.birth_date, timezone.localdate())}
        moments = {
            giver: acts.moment_of_paper(on, self.clashes(record, purpose, giver, parent, said, on), is_later=is_later)
            for giver in signed_by
        }
        try:
            acts.hand_in_paper(
                pupil, parent, purpose, said, signed_by=signed_by, on=on, is_later=is_later, key=key
            )
        except Refused as refused:
            assert refused.refusal.code == "not_of_school" and pupil.left_on
            return
        for giver in {*signed_by} & asked:
            who = PUPIL if giver == PUPIL else parent
            self.say(pk, purpose, giver, who, said == NO, at=moments[giver])

    @staticmethod
    def is_adult(pupil: Pupil) -> bool:
        return GUARDIAN not in givers(pupil.birth_date, timezone.localdate())

    @staticmethod
    def clashes(record: Record, purpose: str, giver: str, parent: str, said: str, on) -> list:
        """When the same person said the opposite on that day."""
        who = {PUPIL} if giver == PUPIL else {parent, ""}
        lines = [line for line in record.said(purpose, giver) if line.who in who and line.no != (said == NO)]
        return [line.at for line in lines if timezone.localdate(line.at) == on]

    @rule(number=ANY, purpose=PURPOSE, said=st.sampled_from([YES, YES, NO, "withdraw"]))
    def the_pupil_answers(self, number: int, purpose: str, said: str) -> None:
        if not (found := self.in_use(number)) or not found[2].user:
            return
        pk, record, pupil = found
        self.key()
        if PUPIL not in givers(pupil.birth_date, timezone.localdate()):
            return
        if said != "withdraw":
            acts.say_by_account(pupil, purpose, said)
        else:
            withdraw_as_pupil(pupil_id=pk, purpose=purpose, by=pupil.user)
        if said != "withdraw" or standing(record.said(purpose, PUPIL)) != NOTHING:
            self.say(pk, purpose, PUPIL, PUPIL, said != YES)

    @rule(number=ANY, answer=st.sampled_from([YES, NO]))
    def settle(self, number: int, answer: str) -> None:
        """The parents bring a paper that both signed."""
        disputed = [row for row in Consent.objects.filter(state="disputed").select_related("pupil__school")]
        disputed = [row for row in disputed if self.model.records[row.pupil_id].in_use]
        if not disputed:
            return
        row = disputed[number % len(disputed)]
        self.key()
        settle(
            consent_id=row.pk, answer=answer, signed_on=timezone.localdate(), scan=acts.SCAN, reason="Hai bên thống nhất",
            by=acts.keeper_of(row.pupil.school),
        )  # fmt: skip
        for who in {line.who for line in self.model.records[row.pupil_id].said(row.purpose, row.giver)} - {""}:
            self.say(row.pupil_id, row.purpose, row.giver, who, answer == NO)

    @rule(number=ANY)
    def open_account(self, number: int) -> None:
        if (found := self.in_use(number)) and not found[2].user:
            pk, record, pupil = found
            pupil.user = make_user(record.child.name, email=None)
            pupil.save(update_fields=["user"])
            self.model.accounts[pupil.user.pk] = record.child
            self.touch(pk)

    @rule(number=ANY)
    def photograph(self, number: int) -> None:
        if found := self.in_use(number):
            key = self.key()
            row = VisitPhotograph.objects.create(booking=self.visit, storage_key=key, preview_key=key, file_hash=key)
            row.pupils.add(found[2])

    # --- One child or two -----------------------------------------------------------------------
    def joined(self, joining: Joining) -> None:
        self.model.join(joining.kept_id, joining.dropped_id, timezone.now())
        self.touch(joining.kept_id, joining.dropped_id)

    @rule(number=ANY, other=ANY)
    def join(self, number: int, other: int) -> None:
        """A person may be wrong."""
        first, second = self.in_use(number), self.in_use(other)
        if not first or not second or first[0] == second[0] or first[1].school != second[1].school:
            return
        keep, drop = first[2], second[2]
        merge_pupils(keep=keep, drop=drop, by=acts.keeper_of(keep.school), key=self.key(), account=keep.user_id)
        self.joined(Joining.objects.latest("pk"))

    @rule(number=ANY)
    def part(self, number: int) -> None:
        if not self.model.joined:
            return
        known = self.model.joined[number % len(self.model.joined)]
        joining = Joining.objects.select_related("kept__school").get(kept=known.kept, dropped=known.dropped, parted_at=None)
        if not self.fresh(joining.kept.school).is_working:
            return
        self.key()
        try:
            part_pupils(joining=joining, reason="Hai em khác nhau", by=acts.keeper_of(joining.kept.school))
        except Refused as refused:
            assert refused.refusal.code in ("joined_on", "too_late")
            return
        self.touch(known.kept, known.dropped)
        self.model.part(known, timezone.now())

    # --- Schools --------------------------------------------------------------------------------
    @rule(index=st.integers(0, 2), into=st.integers(0, 2))
    def merge(self, index: int, into: int) -> None:
        source, target = self.fresh(self.schools[index]), self.fresh(self.schools[into])
        if index == into or not source.is_working or not target.is_working:
            return
        last = getattr(Joining.objects.order_by("pk").last(), "pk", 0)
        key, before = self.key(), self.rows()
        merge_schools(source=source, target=target, reason="Sáp nhập", by=self.huy, key=key)
        for joining in Joining.objects.filter(pk__gt=last).order_by("pk"):
            kept, dropped = self.model.records[joining.kept_id], self.model.records[joining.dropped_id]
            assert kept.child is dropped.child, "no child becomes another"
            self.model.join(joining.kept_id, joining.dropped_id, timezone.now())
        moved = [
            pk for pk, record in self.model.records.items()
            if record.school == index and record.into is None and before[pk]["left_on"] is None
        ]  # fmt: skip
        for pk in moved:
            self.model.records[pk].school = into
        for earlier in self.model.mergers.values():
            earlier.touched |= {pk for pk, record in self.model.records.items() if record.school in (index, into)}
        merger = SchoolMerger.objects.latest("pk")
        self.model.mergers[merger.pk] = Merged(index, into, timezone.now(), moved, before)

    def rows(self) -> dict[int, dict]:
        names = ("school", "source", "external_id", "full_name", "birth_date", "left_on", "merged_into", "user")
        found = {row.pop("pk"): row for row in Pupil.objects.values("pk", *names)}
        places = Enrolment.objects.filter(ended_on=None).values_list("pupil", "class_group", "class_group__name")
        for pk, row in found.items():
            row["places"] = sorted((group, name) for pupil, group, name in places if pupil == pk)
        return found

    @rule(number=ANY)
    def undo(self, number: int) -> None:
        """What moved returns; whom nobody has touched since is as before."""
        if not self.model.mergers:
            return
        pk = list(self.model.mergers)[number % len(self.model.mergers)]
        merged, merger = self.model.mergers[pk], SchoolMerger.objects.get(pk=pk)
        self.key()
        try:
            undo_merge(merger=merger, reason="Nghị quyết bị thu hồi", by=self.huy)
        except Refused as refused:
            assert refused.refusal.code == "moved_on"
            return
        del self.model.mergers[pk]
        records = self.model.records
        theirs = {each for each in merged.moved} | {each for each, row in records.items() if row.school == merged.source}
        for joined in reversed(list(self.model.joined)):
            if joined.at >= merged.at and (joined.dropped in theirs) != (joined.kept in merged.moved):
                self.model.part(joined, timezone.now())
                self.touch(joined.kept, joined.dropped) if joined.at > merged.at else None
        for each in merged.moved:
            if records[each].school == merged.target:
                records[each].school = merged.source
        after = self.rows()
        for each in merged.before.keys() - merged.touched:
            assert after[each] == merged.before[each], "as it was before the merger"
        for other in self.model.mergers.values():
            other.touched |= set(records)

    @rule(number=ANY, first=st.booleans())
    def decide(self, number: int, first: bool) -> None:
        waiting = PupilPair.objects.filter(state=PairState.WAITING).select_related("first__school", "second__school")
        pairs = [pair for pair in waiting if self.can_decide(pair)]
        if not pairs:
            return
        pair = pairs[number % len(pairs)]
        same = self.model.records[pair.first_id].child is self.model.records[pair.second_id].child
        answer = (Answer.FIRST if first else Answer.SECOND) if same else Answer.APART
        self.key()
        account = pair.first.user_id or pair.second.user_id
        decide_pair(pair=pair, answer=answer, account=account, by=acts.keeper_of(pair.first.school))
        if same:
            self.joined(Joining.objects.latest("pk"))

    def can_decide(self, pair: PupilPair) -> bool:
        both = self.model.records[pair.first_id], self.model.records[pair.second_id]
        return all(each.in_use and self.fresh(self.schools[each.school]).is_working for each in both) and (
            both[0].school == both[1].school
        )

    # --- Forgetting, and time -------------------------------------------------------------------
    @rule(number=ANY)
    def erase(self, number: int) -> None:
        if not (found := self.in_use(number)):
            return
        pk, _record, pupil = found
        acts.erase_pupil(pupil, self.key())
        self.touch(*self.model.erase(pk))

    @rule(days=st.sampled_from([1, 1, 3]))
    def days_pass(self, days: int) -> None:
        self.traveller.shift(timedelta(days=days))

    # --- What always holds ----------------------------------------------------------------------
    @invariant()
    def every_record_is_of_its_child(self) -> None:
        for pupil in Pupil.objects.all():
            record = self.model.records[pupil.pk]
            assert pupil.merged_into_id == record.into
            assert bool(pupil.erased_at) == record.erased
            assert self.schools[record.school].pk == pupil.school_id
            if pupil.user_id:
                assert self.model.accounts[pupil.user_id] in record.children
            if not record.erased:
                self._has_the_facts_of(record, pupil)
        assert Pupil.objects.count() == len(self.model.records)

    @staticmethod
    def _has_the_facts_of(record: Record, pupil: Pupil) -> None:
        assert pupil.full_name == record.child.name
        assert pupil.birth_date is None or pupil.birth_date in {day for each in record.seen for day in each.birthdays}
        numbers = {record.child.number} if pupil.source == SHARED else set(record.child.own)
        assert pupil.external_id in numbers

    @invariant()
    def nothing_is_shown_that_somebody_said_no_to(self) -> None:
        pupils, today = list(Pupil.objects.all()), timezone.localdate()
        for purpose in {*PURPOSES}:
            shown = publishing_allowed([pupil.pk for pupil in pupils], purpose)
            for pupil in pupils:
                self._is_shown_rightly(pupil, purpose, pupil.pk in shown, today)

    def _is_shown_rightly(self, pupil: Pupil, purpose: str, is_shown: bool, today) -> None:
        record, left = self.model.records[pupil.pk], bool(pupil.left_on and pupil.left_on <= today)
        may = self.model.may_be_shown(pupil.pk, purpose, born=pupil.birth_date, left=left, day=today)
        assert may or not is_shown, f"{pupil} is shown though somebody said no"
        is_known = not record.mixed and all(
            standing(record.said(purpose, giver)) != CLOSED for giver in (GUARDIAN, PUPIL)
        )
        assert is_shown == may or not is_known, f"{pupil} is not shown though everybody agreed"

    @invariant()
    def no_photograph_shows_them_either(self) -> None:
        today = timezone.localdate()
        for photograph in photographs_of(self.visit):
            for pupil in photograph.pupils.all():
                left = bool(pupil.left_on and pupil.left_on <= today)
                assert self.model.may_be_shown(pupil.pk, "photo", born=pupil.birth_date, left=left, day=today)

    @invariant()
    def nobody_is_in_two_classes(self) -> None:
        places = list(Enrolment.objects.filter(ended_on=None).values_list("pupil", flat=True))
        assert len(places) == len(set(places))


@pytest.mark.django_db
def test_no_story_makes_a_child_another_or_loses_a_no():
    run_state_machine_as_test(Children, settings=ENOUGH)


@pytest.mark.django_db
def test_the_control_finds_a_no_that_a_joining_loses(monkeypatch):
    """Two schools have Minh; a mother agrees at the one and refuses at the other; the wing of consents is not asked."""
    monkeypatch.setattr(joining_acts, "MERGING", [])
    story = Children()
    try:
        story.the_year_begins()
        minh, twin = (
            [pk for pk, row in story.model.records.items() if row.child is story.children[0]][at] for at in (0, 1)
        )
        both, numbers = [GUARDIAN, PUPIL], list(story.model.records)
        story.hand_in_paper(numbers.index(minh), "mother", "photo", YES, 0, both, LATER)
        story.hand_in_paper(numbers.index(twin), "father", "photo", NO, 0, both, LATER)
        story.nothing_is_shown_that_somebody_said_no_to()
        story.merge(1, 0)
        story.decide(0, False)
        with pytest.raises(AssertionError, match="somebody said no"):
            story.nothing_is_shown_that_somebody_said_no_to()
    finally:
        story.teardown()
