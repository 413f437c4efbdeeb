"""Random lives of projects, from the first word to the end, against a sheet of paper that knows nothing of the code.

Each mentor leads one project, the school enters two; files come in the minutes of grace or do not, the last day for
approvals passes, the organiser opens again. After each act the portal's rows must be those on the paper, on both
databases: what it allows is done, and nothing else.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.test import TestCase
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test

from programs.competitions.actions.competitions import change_dates
from programs.competitions.models import Competition, RuleSet
from programs.core.versions import version_of
from programs.documents.queries import PURPOSE
from programs.endorsements import actions as endorsements
from programs.entries.actions import check_entry
from programs.projects.actions import decisions, quotas, team
from programs.projects.actions.drafts import save_field
from programs.projects.actions.reopening import reopen_project
from programs.projects.models import Project
from programs.uploads.actions.checking import refuse_upload, scan_upload
from programs.uploads.actions.receiving import add_bytes, begin_upload, drop_upload, expire_uploads
from programs.uploads.choices import FileKind, UploadState
from programs.uploads.models import Upload
from tests.projects.life import (
    CHECKED,
    CODES,
    GRACE,
    LEFT_BY_ALL,
    REOPENED_FROM,
    WEEK,
    WITH_TEAM,
    Entry,
    File,
    Paper,
    S,
    working_days_later,
)
from tests.projects.lives import MENTORS, MONDAY, MOSTLY, PUPILS, OneCompetition, Way, World
from tests.projects.make import document_of, make_project, number_of

ENOUGH = settings(max_examples=150, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck))
NUMBER = BY = st.integers(0, MOSTLY + 1)
PUPIL, MENTOR = st.integers(0, PUPILS - 1), st.integers(0, MENTORS - 1)
STAGES = ["begun", "two", "arriving", "submitted", "returned", "endorsed", "reopened", "arriving again"]
SCOPES: list[list[str]] = [[], ["title"], ["report"], ["supervisor", "title"], ["report", "title"]]
TITLES = ["Máy lọc nước", "Lọc nước giếng", "Than gáo dừa"]


class Lives(OneCompetition):
    @initialize(
        mended=st.sampled_from([[], ["summary"], ["report", "title"]]),
        teams=st.lists(st.sampled_from(STAGES), min_size=1, max_size=3),
        late=st.sampled_from([False, False, False, True]),
    )
    def some_have_come_far(self, mended: list[str], teams: list[str], late: bool) -> None:
        RuleSet.objects.filter(pk=self.world.rules.pk).update(open_after_close=mended)
        self.paper = Paper(self.world.competition.closes_at, frozenset(mended))
        for number, stage in enumerate(teams):
            self.begin(pupil=number, mentor=number)
            self.comes_far(*list(self.paper.entries.items())[-1], number, STAGES.index(stage))
        if late:
            self.traveller.move_to(working_days_later(self.paper.closes_at, 3))
            self.sweep()

    def comes_far(self, key: int, entry: Entry, minh: int, stage: int) -> None:
        """As far as ``stage`` of the list; what comes before it is done too, but for the ends in between."""
        if stage == STAGES.index("two"):
            self.invite_into(key, entry, by=minh, pupil=PUPILS - 1)
            self.answer(number=0, joins=True, stranger=None)
        if stage == STAGES.index("arriving"):
            self.begin_file_for(key, entry, minh, whole=False)
        if stage > STAGES.index("begun"):
            self.get_ready_and_submit(key, entry)
        for kind in ("mentor", "school") if stage >= STAGES.index("returned") else ():
            self.decide_about(key, entry, kind, given=kind == "mentor" or stage > STAGES.index("returned"))
        if stage >= STAGES.index("reopened"):
            self.open_again(key, entry, ["report", "title"], hours=30)
        if stage == STAGES.index("arriving again"):
            self.begin_file_for(key, entry, minh, whole=True)
            self.submit_by(key, entry, minh)

    def get_ready_and_submit(self, key: int, entry: Entry) -> None:
        """Whatever the team can still do for its submission."""
        for pupil in entry.team:
            self.state_by(key, entry, pupil)
        if not entry.report and (begun := self.begin_file_for(key, entry, entry.team[0], whole=True)):
            upload, file = begun
            self.passes((key, entry, upload, file), self.now())
        self.submit_by(key, entry, entry.team[0])

    # --- A team comes together ------------------------------------------------------------------
    @precondition(lambda self: self.is_early() and len(self.paper.entries) < PUPILS)
    @rule(pupil=PUPIL, mentor=MENTOR)
    def begin(self, pupil: int, mentor: int) -> None:
        now = self.now()
        allowed = now < self.paper.closes_at and self.paper.is_free(pupil) and not self.paper.mentor_is_full(mentor)
        about = {"minh": self.world.pupils[pupil], "competition": self.world.competition, "title": TITLES[0]}
        made = self.tried(allowed, lambda: make_project(supervisor=self.world.mentors[mentor], **about))
        if made:
            self.paper.entries[made.pk] = Entry(TITLES[0], mentor, [pupil])

    @precondition(OneCompetition.is_early)
    @rule(number=NUMBER, by=BY, pupil=PUPIL)
    def invite(self, number: int, by: int, pupil: int) -> None:
        key, entry = self.known(number, S.DRAFT)
        self.invite_into(key, entry, by=self.member(entry, by), pupil=pupil)

    def invite_into(self, key: int, entry: Entry, *, by: int, pupil: int) -> None:
        """A code is given away, and typed at once by whom it was given to."""
        now = self.now()
        waiting = [each for each in self.invitations if each["key"] == key and each["waits"] and now < each["ends_at"]]
        allowed = by in entry.team and self.joinable(entry, now) and len(waiting) < CODES
        about = {"project_id": key, "key": f"code-{now.isoformat()}"}
        issued = self.tried(allowed, lambda: team.issue_code(by=self.user(by), **about))
        if issued:
            typed = {"code": issued.code, "by": self.user(pupil)}
            opened = self.tried(self.paper.is_free(pupil), lambda: team.open_invitation(**typed))
            made = {"pk": issued.invitation.pk, "key": key, "ends_at": now + WEEK, "waits": True}
            self.invitations.append({**made, "whose": pupil if opened else None})

    @precondition(lambda self: self.is_early() and self.invitations)
    @rule(number=st.integers(0, 5), joins=st.sampled_from([True, True, True, False]), stranger=st.none() | PUPIL)
    def answer(self, number: int, joins: bool, stranger: int | None) -> None:
        now, made = self.now(), self.invitations[-1 - number % len(self.invitations)]
        whose, entry = made["whose"], self.paper.entries[made["key"]]
        by = next(each for each in (stranger, whose, 0) if each is not None)
        allowed = whose == by and made["waits"] and now < made["ends_at"]
        if joins:
            allowed = allowed and self.joinable(entry, now) and self.paper.is_free(by)
        act = team.accept_invitation if joins else team.decline_invitation
        if self.tried(allowed, lambda: act(invitation_id=made["pk"], by=self.user(by))):
            made["waits"] = False
            entry.team += [by] if joins else []

    @precondition(lambda self: any(len(entry.team) > 1 for entry in self.paper.entries.values()))
    @rule(number=NUMBER, by=BY)
    def leave(self, number: int, by: int) -> None:
        self.now()
        key, entry = self.known(number, S.DRAFT)
        by = self.member(entry, by)
        allowed = by in entry.team and entry.state == S.DRAFT and len(entry.team) > 1
        if self.tried(allowed, lambda: team.leave_team(project_id=key, by=self.user(by))):
            entry.team.remove(by)
            entry.agreed.discard(by)

    # --- It is written --------------------------------------------------------------------------
    @precondition(lambda self: any(set(entry.team) - entry.stated for entry in self.paper.entries.values()))
    @rule(number=NUMBER, by=BY)
    def state(self, number: int, by: int) -> None:
        key, entry = self.known(number, *WITH_TEAM)
        self.state_by(key, entry, self.member(entry, by))

    def state_by(self, key: int, entry: Entry, by: int) -> None:
        self.now()
        allowed = by in entry.team and by not in entry.stated and entry.state in WITH_TEAM
        about = {"project_id": key, "text_version": 1, "by": self.user(by)}
        if self.tried(allowed, lambda: endorsements.state_honesty(**about)):
            entry.stated.add(by)

    @rule(number=NUMBER, by=BY, title=st.sampled_from(TITLES))
    def write(self, number: int, by: int, title: str) -> None:
        now, (key, entry) = self.now(), self.known(number, *WITH_TEAM)
        by = self.member(entry, by)
        allowed = by in entry.team and self.paper.is_open(entry, now, "title")
        if self.save(allowed, key, "title", title, entry.title, by):
            entry.title = title

    @rule(number=NUMBER, by=BY, mentor=MENTOR)
    def ask_another_mentor(self, number: int, by: int, mentor: int) -> None:
        now, (key, entry) = self.now(), self.known(number, *WITH_TEAM)
        by = self.member(entry, by)
        allowed = by in entry.team and self.paper.is_open(entry, now, "supervisor")
        allowed = allowed and (mentor == entry.mentor or not self.paper.mentor_is_full(mentor, entry))
        before, after = self.world.mentors[entry.mentor], self.world.mentors[mentor]
        if self.save(allowed, key, "supervisor", after, before.pk, by):
            entry.mentor = mentor

    def save(self, allowed: bool, key: int, name: str, value: object, before: object, by: int) -> Any:
        about = {"project_id": key, "name": name, "value": value, "version": version_of({name: before})}
        return self.tried(allowed, lambda: save_field(by=self.user(by), **about))

    # --- The report comes -----------------------------------------------------------------------
    @rule(number=NUMBER, by=BY, whole=st.booleans())
    def begin_file(self, number: int, by: int, whole: bool) -> None:
        key, entry = self.known(number, *WITH_TEAM)
        self.begin_file_for(key, entry, self.member(entry, by), whole=whole)

    def begin_file_for(self, key: int, entry: Entry, by: int, *, whole: bool) -> tuple[Upload, File] | None:
        now = self.now()
        allowed = by in entry.team and self.paper.is_open(entry, now, "report")
        target = document_of(Project.objects.get(pk=key), "report").pk
        about = {"purpose": PURPOSE, "target": target, "name": "a.pdf", "size": 1, "head_hash": ""}
        upload = self.tried(allowed, lambda: begin_upload(by=self.user(by), **about))
        if upload is None:
            return None
        entry.files[upload.pk] = file = File(now, min(now + WEEK, self.paper.doors(entry, now)[1] + GRACE))
        if whole:
            self.send(upload, file, now)
        return upload, file

    def send(self, upload: Upload, file: File, now: datetime) -> None:
        data = {"start": 0, "content": ContentFile(b"x"), "by": upload.owner}
        if self.tried(now < file.ends_at, lambda: add_bytes(upload=upload, **data)):
            file.whole = True

    @precondition(lambda self: self.ways())
    @rule(number=NUMBER)
    def a_file_arrives(self, number: int) -> None:
        """It passes every check and is the report, if it still may be."""
        now, way = self.now(), self.a_way(number)
        _key, _entry, upload, file = way
        if not file.whole:
            self.send(upload, file, now)
        if file.whole:
            self.passes(way, now)

    def passes(self, way: Way, now: datetime) -> None:
        _key, entry, upload, file = way
        sha256 = hashlib.sha256(str(upload.pk).encode()).hexdigest()
        kept = {"sha256": sha256, "kept_sha256": sha256, "kept_size": 1, "kind": FileKind.PDF, "pages": 2}
        kept |= {"key": f"uploads/{upload.pk}", "content_type": "application/pdf", "state": UploadState.SCANNING}
        Upload.objects.filter(pk=upload.pk).update(**kept)
        with TestCase.captureOnCommitCallbacks(execute=True):
            answer = scan_upload(upload_id=upload.pk)
        comes_in = entry.state == S.ARRIVING or self.paper.is_open(entry, now, "report")
        comes_in = comes_in and file in entry.on_the_way()
        assert answer == (UploadState.KEPT if comes_in else UploadState.REFUSED)
        file.gone = True
        if comes_in:
            entry.report = sha256
            self.paper.settle(entry, now)
        else:
            file.failed_at = now

    @precondition(lambda self: self.ways())
    @rule(number=NUMBER)
    def a_file_is_refused_or_dropped(self, number: int) -> None:
        now, (_key, _entry, upload, file) = self.now(), self.a_way(number)
        if file.whole:
            Upload.objects.filter(pk=upload.pk).update(state=UploadState.INSPECTING)
            refuse_upload(upload_id=upload.pk, code="virus", words="")
        else:
            drop_upload(upload_id=upload.pk, by=upload.owner)
        file.gone, file.failed_at = True, now if file.whole else min(now, file.ends_at)

    # --- It is submitted and approved -----------------------------------------------------------
    @rule(number=NUMBER)
    def hurry(self, number: int) -> None:
        self.get_ready_and_submit(*self.known(number, *WITH_TEAM))

    @rule(number=NUMBER, by=BY)
    def submit(self, number: int, by: int) -> None:
        key, entry = self.known(number, *WITH_TEAM)
        self.submit_by(key, entry, self.member(entry, by))

    def submit_by(self, key: int, entry: Entry, by: int) -> None:
        now = self.now()
        allowed = by in entry.team and self.paper.is_open(entry, now)
        allowed = allowed and self.paper.is_whole(entry, now) and self.paper.fits(entry)
        if self.tried(allowed, lambda: decisions.submit_project(project_id=key, by=self.user(by))):
            self.paper.press(entry, now)

    @precondition(lambda self: self.has(S.SUBMITTED, S.RETURNED))
    @rule(
        number=NUMBER,
        kind=st.sampled_from(["mentor", "school"]),
        given=st.sampled_from([True, True, False]),
        is_theirs=st.sampled_from([True, True, True, True, False]),
    )
    def decide(self, number: int, kind: str, given: bool, is_theirs: bool) -> None:
        key, entry = self.known(number, S.SUBMITTED)
        self.decide_about(key, entry, kind, given=given, is_theirs=is_theirs)

    def decide_about(self, key: int, entry: Entry, kind: str, *, given: bool, is_theirs: bool = True) -> None:
        now, theirs = self.now(), self.world.mentors[entry.mentor] if kind == "mentor" else self.world.principal
        about: dict[str, Any] = {"project_id": key, "kind": kind, "by": theirs if is_theirs else self.world.outsider}
        about["submission"] = number_of(Project.objects.get(pk=key))
        allowed = is_theirs and kind in self.paper.waits_for(entry) and now < self.paper.approve_by(entry)
        if given:
            done = self.tried(allowed, lambda: endorsements.approve_project(text_version=1, **about))
        else:
            done = self.tried(allowed, lambda: endorsements.return_project(reason="Thêm số liệu.", **about))
        if done:
            self.paper.decide(entry, kind, given=given)

    # --- The organiser --------------------------------------------------------------------------
    @precondition(lambda self: self.has(*CHECKED))
    @rule(number=NUMBER, found=st.sampled_from([S.ELIGIBLE, S.INELIGIBLE]))
    def check(self, number: int, found: S) -> None:
        self.now()
        key, entry = self.known(number, *CHECKED)
        about = {"project_id": key, "found": found, "reason": "Đúng thể lệ.", "seen": entry.checks}
        if self.tried(found in CHECKED.get(entry.state, ()), lambda: check_entry(by=self.world.nam, **about)):
            entry.state, entry.checks = found, entry.checks + 1

    @precondition(lambda self: self.has(*REOPENED_FROM))
    @rule(number=NUMBER, scope=st.sampled_from(SCOPES), hours=st.sampled_from([0, 1, 30, 30, 100]))
    def reopen(self, number: int, scope: list[str], hours: int) -> None:
        key, entry = self.known(number, *REOPENED_FROM)
        self.open_again(key, entry, scope, hours)

    def open_again(self, key: int, entry: Entry, scope: list[str], hours: int) -> None:
        now = self.now()
        allowed = entry.state in REOPENED_FROM and hours > 0 and bool(scope or entry.state == S.LAPSED)
        if entry.state == S.LAPSED:
            allowed = allowed and all(self.paper.is_free(pupil) for pupil in entry.team) and self.paper.fits(entry)
        ends_at = now + timedelta(hours=hours)
        about = {"project_id": key, "reason": "Thiếu trang 3.", "scope": scope, "ends_at": ends_at}
        if self.tried(allowed, lambda: reopen_project(by=self.world.nam, **about)):
            self.paper.reopen(entry, scope, ends_at)

    @precondition(lambda self: self.paper.closes_at < MONDAY + timedelta(days=10))
    @rule(days=st.sampled_from([1, 3]))
    def extend(self, days: int) -> None:
        self.now()
        self.paper.closes_at += timedelta(days=days)
        dates = Competition.objects.get(pk=self.world.competition.pk).dates
        about = {"competition_id": self.world.competition.pk, "version": version_of(dates), "reason": "Mưa lũ"}
        change_dates(**dates | about | {"closes_at": self.paper.closes_at, "by": self.world.nam})

    # --- They give up ---------------------------------------------------------------------------
    @rule(number=NUMBER, by=BY)
    def agree_to_withdraw(self, number: int, by: int) -> None:
        self.now()
        key, entry = self.known(number, S.ARRIVING, S.SUBMITTED, S.RETURNED)
        by = self.member(entry, by)
        left = set(entry.team) - entry.agreed - {by}
        allowed = by in entry.team and entry.state in LEFT_BY_ALL and not (by in entry.agreed and left)
        if self.tried(allowed, lambda: decisions.withdraw_project(project_id=key, by=self.user(by))):
            entry.agreed.add(by)
            if not left:
                self.paper.end(entry, S.WITHDRAWN)

    @precondition(lambda self: any(entry.agreed for entry in self.paper.entries.values()))
    @rule(number=NUMBER, by=BY)
    def think_again(self, number: int, by: int) -> None:
        self.now()
        key, entry = self.known(number, *LEFT_BY_ALL)
        by = self.member(entry, by)
        allowed = by in entry.team and by in entry.agreed and entry.state in LEFT_BY_ALL
        if self.tried(allowed, lambda: decisions.keep_project(project_id=key, by=self.user(by))):
            entry.agreed.discard(by)

    # --- The clock ------------------------------------------------------------------------------
    @rule(minutes=st.sampled_from([1, 31, 300, 1500]), sweeps=st.sampled_from([True, True, False]))
    def time_passes(self, minutes: int, sweeps: bool) -> None:
        """The worker may stand still: no line is crossed because it does."""
        self.traveller.shift(timedelta(minutes=minutes))
        if sweeps:
            self.sweep()

    @rule(seconds=st.sampled_from([-2, -1, 0, 0]), sweeps=st.sampled_from([True, True, False]))
    def the_next_line_comes(self, seconds: int, sweeps: bool) -> None:
        """The next act is a second before it, on it or after it."""
        line = next(iter(self.paper.lines(timezone.now())), None)
        if line and line + timedelta(seconds=seconds) > timezone.now():
            self.traveller.move_to(line + timedelta(seconds=seconds))
            if sweeps:
                self.sweep()

    @precondition(lambda self: self.ways())
    @rule()
    def unfinished_files_go(self) -> None:
        now = self.now()
        expire_uploads(now=now)
        for _key, _entry, _pk, file in self.ways():
            if not file.whole and file.ends_at <= now:
                file.gone, file.failed_at = True, file.ends_at


@pytest.fixture
def lives(db, settings) -> type[Lives]:
    settings.CLAMAV_URL = ""
    with time_machine.travel(MONDAY, tick=False):
        return type("Lives", (Lives,), {"world": World()})


def test_no_life_of_a_project_leaves_the_rules(lives):
    run_state_machine_as_test(lives, settings=ENOUGH)


def test_the_control_finds_places_that_are_not_given_back(lives, monkeypatch):
    monkeypatch.setattr(quotas, "_give_back", lambda *_place: None)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(lives, settings=settings(ENOUGH, phases=[Phase.generate]))
