"""Four pupils, three mentors, one school, one competition; and what holds in every life of their projects."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import time_machine
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone
from hypothesis.stateful import RuleBasedStateMachine, invariant

from programs.accounts.models import User
from programs.competitions.choices import SlotKind
from programs.competitions.models import Competition, ProjectField, RuleSet, Slot
from programs.core.refusals import Refused
from programs.endorsements.queries import awaited_by_kind
from programs.projects.actions.lapsing import keep_deadlines
from programs.projects.choices import IN_TEAM
from programs.projects.models import EntryQuota, Project, Submission
from programs.projects.queries.deadlines import opened_now
from programs.projects.queries.entering import entrants_of
from programs.projects.rules import edit_refusal
from programs.pupils.models import Pupil
from programs.uploads.models import Upload
from tests.people import make_class, make_officer, make_outsider, make_principal, make_teacher
from tests.projects.life import ENDS, PER_MENTOR, PER_SCHOOL, TEAM, Entry, File, Paper, S
from tests.projects.make import make_competition, make_minh

MONDAY = timezone.make_aware(datetime(2027, 3, 1, 9))
PUPILS, MENTORS, MOSTLY = 4, 3, 10
Way = tuple[int, Entry, Upload, File]  # a file of a project that is on its way


class World:
    """It outlives every life."""

    def __init__(self) -> None:
        competition = make_competition(days_left=2)
        limits = {"team_max": TEAM, "per_school": PER_SCHOOL, "per_mentor": PER_MENTOR, "grade_from": 6}
        self.rules = RuleSet.objects.create(code="life", name="Có đội", grace_minutes=30, endorse_days=3, **limits)
        self.rules.fields.set(ProjectField.objects.all())
        kinds = [SlotKind.PDF]
        Slot.objects.create(rule_set=self.rules, code="report", name="Báo cáo", kinds=kinds, most_mb=20)
        Competition.objects.filter(pk=competition.pk).update(rule_set=self.rules)
        self.competition = Competition.objects.select_related("rule_set", "school_year").get(pk=competition.pk)
        names, class_group = ("Nguyễn Nhật Minh", "Lê Thị Lan", "Vũ An", "Võ Cúc"), make_class("8A1")
        self.pupils: list[Pupil] = [make_minh(full_name=name, class_group=class_group) for name in names]
        school = class_group.school
        self.mentors = [make_teacher(name, school=school) for name in ("Trần Thị Hạnh", "Lê Văn Tư", "Phạm Thị Mai")]
        self.principal, self.outsider = make_principal(school=school), make_outsider()
        self.nam = make_officer("Phan Hoàng Nam")


class OneCompetition(RuleBasedStateMachine):
    """Time only goes forward."""

    world: World
    paper: Paper

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.clock = time_machine.travel(MONDAY, tick=False)
        self.traveller = self.clock.start()
        self.invitations: list[dict[str, Any]] = []
        self.asked: set[tuple] = set()

    def teardown(self) -> None:
        """Months later nothing stands where nobody can move it."""
        try:
            self.traveller.shift(timedelta(days=120))
            self.sweep()
            assert {entry.state for entry in self.paper.entries.values()} <= set(ENDS)
            self.the_rows_are_those_on_the_paper()
        finally:
            self.clock.stop()
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    # --- What the acts share --------------------------------------------------------------------
    def now(self) -> datetime:
        """Each act a second after the one before."""
        self.traveller.shift(timedelta(seconds=1))
        return timezone.now()

    def known(self, number: int, *states: str) -> tuple[int, Entry]:
        """Mostly a project in one of these states, if there is one."""
        fitting = [pair for pair in self.paper.entries.items() if pair[1].state in states]
        found = fitting if fitting and number < MOSTLY else list(self.paper.entries.items())
        return found[number % len(found)]

    @staticmethod
    def member(entry: Entry, by: int) -> int:
        """Mostly one of the team, at times any pupil."""
        return entry.team[by % len(entry.team)] if by < MOSTLY else by % PUPILS

    def has(self, *states: str) -> bool:
        return any(entry.state in states for entry in self.paper.entries.values())

    def is_early(self) -> bool:
        """Until an hour after closing: later nobody tries to enter any more."""
        return timezone.now() < self.paper.closes_at + timedelta(hours=1) and self.has(S.DRAFT)

    def user(self, pupil: int) -> User:
        account = self.world.pupils[pupil].user
        assert account is not None
        return account

    @staticmethod
    def tried(allowed: bool, act: Callable[[], Any]) -> Any:
        """The portal does what the paper allows, and nothing else."""
        result, refused = None, ""
        try:
            result = act()
        except Refused as error:
            refused = error.refusal.code
        except PermissionDenied:
            refused = "not permitted"
        assert allowed == (not refused), refused or "done, though the paper forbids it"
        return result

    def sweep(self) -> None:
        keep_deadlines()
        self.paper.sweep(timezone.now())
        assert not any(keep_deadlines().values()), "again it finds nothing to do"

    def joinable(self, entry: Entry, now: datetime) -> bool:
        return entry.state == S.DRAFT and now < self.paper.closes_at and len(entry.team) < TEAM

    def ways(self) -> list[tuple[int, Entry, int, File]]:
        return [
            (key, entry, pk, file)
            for key, entry in self.paper.entries.items()
            for pk, file in entry.files.items()
            if not file.gone
        ]

    def a_way(self, number: int) -> Way:
        key, entry, pk, file = self.ways()[number % len(self.ways())]
        return key, entry, Upload.objects.select_related("owner").get(pk=pk), file

    # --- What always holds ----------------------------------------------------------------------
    @invariant()
    def the_rows_are_those_on_the_paper(self) -> None:
        now = timezone.now()
        whole = Prefetch("submissions", Submission.objects.filter(complete_at__isnull=False).order_by("number"))
        projects = Project.objects.select_related("competition__rule_set", "school", "supervisor")
        found = list(projects.prefetch_related("members", "documents__files", whole))
        assert {project.pk for project in found} == set(self.paper.entries)
        for project in found:
            entry = self.paper.entries[project.pk]
            self.people_and_words_are_the_same(project, entry)
            self.what_was_submitted_stays_as_it_was(project, entry)
            self.what_is_open_is_the_same(project, entry, now)
            self.what_waits_for_approval_waits_for_somebody(project, entry)

    def people_and_words_are_the_same(self, project: Project, entry: Entry) -> None:
        assert project.state == entry.state
        assert (project.title, project.supervisor) == (entry.title, self.world.mentors[entry.mentor])
        team = [member for member in project.members.all() if member.state in IN_TEAM]
        assert sorted(member.pupil_id for member in team) == sorted(self.world.pupils[each].pk for each in entry.team)
        agreed = {member.pupil_id for member in team if member.withdraws_at}
        assert not entry.binds or agreed == {self.world.pupils[each].pk for each in entry.agreed}

    def what_was_submitted_stays_as_it_was(self, project: Project, entry: Entry) -> None:
        """The words, the hashes, and the files that bear them."""
        files = [file for document in project.documents.all() for file in document.files.all()]
        current = [file.sha256 for file in files if file.superseded_at is None]
        assert current == [entry.report] * bool(entry.report)
        receipts = [
            (row.number, row.title, row.seals["documents"]["report"]["sha256"], row.supervisor_id)
            for row in project.submissions.all()
        ]
        assert receipts == [(*rest, self.world.mentors[mentor].pk) for *rest, mentor in entry.receipts]
        assert {sha256 for _number, _title, sha256, _mentor in receipts} <= {file.sha256 for file in files}

    def what_is_open_is_the_same(self, project: Project, entry: Entry, now: datetime) -> None:
        doors = opened_now(project, now=now)
        for part in ("", "title", "summary", "report"):
            refusal = edit_refusal(project, doors, now=now, part=part)
            assert (refusal is None) == self.paper.is_open(entry, now, part), part

    def what_waits_for_approval_waits_for_somebody(self, project: Project, entry: Entry) -> None:
        about = (project.pk, entry.presses, entry.mentor, *sorted(entry.decided))
        if entry.state == S.SUBMITTED and about not in self.asked:
            asked = awaited_by_kind(project)
            assert set(asked) == self.paper.waits_for(entry) != set()
            assert all(each.people for each in asked.values())
            self.asked.add(about)

    @invariant()
    def places_and_pupils_are_counted_once(self) -> None:
        taken = {row.mentor_id: row.taken for row in EntryQuota.objects.all()}
        assert taken.get(None, 0) == self.paper.taken() <= PER_SCHOOL
        for number, mentor in enumerate(self.world.mentors):
            assert taken.get(mentor.pk, 0) == self.paper.taken(number) <= PER_MENTOR
        entrants = entrants_of(self.world.competition, self.world.pupils)
        assert [each.has_entered for each in entrants] == [not self.paper.is_free(n) for n in range(PUPILS)]
