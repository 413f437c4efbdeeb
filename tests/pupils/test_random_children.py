"""Random stories of five children, their families and three schools, against a page of plain Python.

Lists are imported, schools merge and part again, records are joined rightly and wrongly, families answer by link and
on paper in any order of days, birthdays are corrected, children are forgotten. No child becomes another, no "no" is
lost, nothing is shown after a withdrawal.
"""

from __future__ import annotations

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from programs.consents.queries.in_force import publishing_allowed
from programs.consents.rules import LATER
from programs.core.refusals import Refused
from programs.duplicates.actions.merging import merge_schools
from programs.duplicates.actions.pairs import decide_pair
from programs.duplicates.actions.undoing import undo_merge
from programs.duplicates.choices import Answer, PairState
from programs.duplicates.models import PupilPair, SchoolMerger
from programs.pupils.actions import joining as joining_acts
from programs.pupils.actions.joining import merge_pupils, part_pupils
from programs.pupils.models import Enrolment, Joining, Pupil
from programs.visit_days.queries.photographs import photographs_of
from tests.pupils import children_acts as acts
from tests.pupils.children_families import NO, PURPOSES, YES, Families
from tests.pupils.children_model import CLOSED, GUARDIAN, PUPIL, Merged, Record, standing
from tests.pupils.children_world import ANY, SHARED

ENOUGH = settings(max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))


class Children(Families):
    """Records are joined and parted, schools merge and part, children are forgotten; and what always holds."""

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
        joining = Joining.objects.select_related("kept__school").get(
            kept=known.kept, dropped=known.dropped, parted_at=None
        )
        if not self.fresh(joining.kept.school).is_working:
            return
        self.key()
        try:
            part_pupils(joining=joining, reason="Hai em khác nhau", by=acts.keeper_of(joining.kept.school))
        except Refused as refused:
            acts.must_be(refused, "joined_on", "too_late")
            return
        self.touch(known.kept, known.dropped)
        self.model.part(known, timezone.now())

    # --- Schools --------------------------------------------------------------------------------
    @rule(index=st.integers(0, 2), further=st.integers(1, 2))
    def merge(self, index: int, further: int) -> None:
        into = (index + further) % len(self.schools)
        source, target = self.fresh(self.schools[index]), self.fresh(self.schools[into])
        if not source.is_working or not target.is_working:
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
            acts.must_be(refused, "moved_on", "too_late")
            return
        del self.model.mergers[pk]
        records = self.model.records
        theirs = set(merged.moved) | {each for each, row in records.items() if row.school == merged.source}
        for joined in reversed(list(self.model.joined)):
            if joined.at >= merged.at and (joined.dropped in theirs) != (joined.kept in merged.moved):
                self.model.part(joined, timezone.now())
                if joined.at > merged.at:
                    self.touch(joined.kept, joined.dropped)
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

    # --- Forgetting ---------------------------------------------------------------------
    @rule(number=ANY)
    def erase(self, number: int) -> None:
        if not (found := self.in_use(number)):
            return
        pk, _record, pupil = found
        acts.erase_pupil(pupil, self.key())
        self.touch(*self.model.erase(pk))

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
        # After a merger a number that is taken stands under the name of the former school's list.
        numbers = {record.child.number} if pupil.source.startswith(SHARED) else set(record.child.own)
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
        story.merge(1, 2)
        story.decide(0, False)
        with pytest.raises(AssertionError, match="somebody said no"):
            story.nothing_is_shown_that_somebody_said_no_to()
    finally:
        story.teardown()
