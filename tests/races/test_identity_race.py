"""A school is merged while its list is being imported; two people decide about one pair at once."""

from __future__ import annotations

from contextlib import suppress
from threading import Barrier, BrokenBarrierError, Thread

import pytest
from django.db import connection

from programs.core.jobs import NoLongerAllowed
from programs.duplicates.actions import pairs as pair_actions
from programs.duplicates.actions.merging import merge_schools
from programs.duplicates.actions.undoing import undo_merge
from programs.duplicates.choices import PairState
from programs.duplicates.models import PupilPair, SchoolMerger
from programs.pupils.models import Joining, Pupil
from programs.rosters import queries as roster_queries
from programs.rosters.actions import apply as apply_actions
from programs.rosters.actions import rosters as actions
from programs.schools.choices import ImportState
from tests.people import make_coordinator, make_officer, make_pupil, make_school
from tests.races.test_roster_race import _files, both, ready  # noqa: F401 - a fixture
from tests.rosters.rosters import AN, BINH, CHAU

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'",
        reason="SQLite lets one writer in at a time; `make test` runs this on PostgreSQL",
    ),
]


# --- A merger in the middle of an import ----------------------------------------------------------
def merge_in_the_middle(monkeypatch) -> tuple[int, int]:
    """The merger comes while the first row of three is being written: pupils left behind, and pupils who moved."""
    old, new = make_school("Trường THCS Số 1"), make_school("Trường THCS Số 2")
    phuc, huy = make_coordinator(school=old), make_officer()
    roster = actions.start_roster(roster=ready(old, phuc, [AN, BINH, CHAU]), by=phuc, key="s")
    monkeypatch.setattr(roster_queries, "BATCH", 1)

    def merge() -> None:
        try:
            merge_schools(source=old, target=new, reason="Sáp nhập", by=huy, key="m")
        finally:
            connection.close()

    merger, real = Thread(target=merge), apply_actions._write

    def write(*arguments):
        if not merger.ident:
            merger.start()  # waits for the school, which this row holds
            merger.join(timeout=0.7)
        return real(*arguments)

    monkeypatch.setattr(apply_actions, "_write", write)
    with suppress(NoLongerAllowed):
        apply_actions.apply_roster(
            roster_id=roster.pk, job_id=roster.job_id, progress=lambda *_numbers: merger.join(timeout=20)
        )
    merger.join(timeout=20)
    roster.refresh_from_db()
    assert roster.state == ImportState.CANCELLED
    return Pupil.objects.filter(school=old).count(), Pupil.objects.filter(school=new).count()


def test_an_import_stops_when_its_school_becomes_part_of_another(monkeypatch):
    assert merge_in_the_middle(monkeypatch) == (0, 1)


def test_without_the_schools_lock_children_stay_behind(monkeypatch):
    """The negative control: the test above can fail."""
    monkeypatch.setattr(apply_actions, "must_still_import", lambda roster: roster.uploaded_by)
    behind, _moved = merge_in_the_middle(monkeypatch)
    assert behind > 0


# --- One pair, two people -------------------------------------------------------------------------
def decide_twice(monkeypatch) -> list[str]:
    """One says that they are one child, the other that they are two; both look before either writes."""
    old, new = make_school("Trường THCS Số 1"), make_school("Trường THCS Số 2")
    people = [make_coordinator(school=new)] * 2
    for school in (old, new):
        make_pupil("Nguyễn Nhật Minh", school=school, birth_date="2013-04-05")
    merge_schools(source=old, target=new, reason="Sáp nhập", by=make_officer(), key="m")
    pair = PupilPair.objects.select_related("first__school", "second__school").get()
    meeting, real = Barrier(2), pair_actions.pair_refusal

    def refusal(fresh):
        found = real(fresh)
        with suppress(BrokenBarrierError):
            meeting.wait(timeout=1.5)
        return found

    monkeypatch.setattr(pair_actions, "pair_refusal", refusal)
    decisions = list(zip(["second", "apart"], people, strict=True))

    def decide(decision: tuple) -> str:
        answer, by = decision
        return pair_actions.decide_pair(pair=pair, answer=answer, account=None, by=by).state

    return sorted(both(decide, decisions))


def test_one_pair_is_decided_once(monkeypatch):
    answers = decide_twice(monkeypatch)
    assert "pair_decided" in answers
    state = PupilPair.objects.get().state
    assert state in answers
    assert Joining.objects.exists() == (state == PairState.SAME)


def test_without_the_lock_both_decide(monkeypatch):
    """The negative control: the test above can fail."""
    monkeypatch.setattr(pair_actions, "_locked", lambda pair: PupilPair.objects.get(pk=pair.pk))
    assert decide_twice(monkeypatch) == sorted([PairState.APART, PairState.SAME])


def test_a_merger_undone_and_a_pair_decided_at_once():
    """Whoever is second finds what the first has done: no record is joined across two schools."""
    old, new = make_school("Trường THCS Số 1"), make_school("Trường THCS Số 2")
    phuc, huy = make_coordinator(school=new), make_officer()
    for school in (old, new):
        make_pupil("Nguyễn Nhật Minh", school=school, birth_date="2013-04-05")
    merge_schools(source=old, target=new, reason="Sáp nhập", by=huy, key="m")
    merger, pair = SchoolMerger.objects.get(), PupilPair.objects.select_related("first__school", "second__school").get()

    def act(job: str) -> str:
        if job == "undo":
            undo_merge(merger=merger, reason="Thu hồi", by=huy)
        else:
            with suppress(PupilPair.DoesNotExist):
                pair_actions.decide_pair(pair=pair, answer="second", account=None, by=phuc)
        return job

    both(act, ["decide", "undo"])
    assert not Joining.objects.filter(parted_at=None).exists()
    assert list(Pupil.objects.order_by("school").values_list("school", "merged_into")) == [
        (old.pk, None), (new.pk, None),
    ]  # fmt: skip
