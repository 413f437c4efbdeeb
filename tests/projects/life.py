"""What random lives of projects are held against: a sheet of paper on which somebody keeps the same books.

It is told what people did and when. It knows no table and none of the portal's rules, and counts days on its fingers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from programs.projects.choices import ProjectState

S = ProjectState
GRACE, CHECK, WEEK, WORKING_DAYS = timedelta(minutes=30), timedelta(hours=1), timedelta(days=7), 3
TEAM, PER_SCHOOL, PER_MENTOR, CODES = 2, 2, 1, 10
WITH_TEAM = (S.DRAFT, S.RETURNED)
OUT = (S.WITHDRAWN, S.LAPSED)  # nobody is bound by it any more
ENDS = (S.DRAFT, S.ENDORSED, S.ELIGIBLE, S.INELIGIBLE, *OUT)  # where a project may stand for ever
LEFT_BY_ALL = (S.DRAFT, S.ARRIVING, S.SUBMITTED, S.RETURNED, S.ENDORSED, S.ELIGIBLE)
REOPENED_FROM = (S.ENDORSED, S.ELIGIBLE, S.INELIGIBLE, S.LAPSED)
CHECKED = {
    S.ENDORSED: {S.ELIGIBLE, S.INELIGIBLE},
    S.ELIGIBLE: {S.INELIGIBLE},
    S.INELIGIBLE: {S.ELIGIBLE},
}


def working_days_later(moment: datetime, days: int) -> datetime:
    while days:
        moment += timedelta(days=1)
        days -= moment.weekday() < 5
    return moment


@dataclass
class File:
    """The report on its way; ``whole`` when the last byte is there and it is being checked."""

    begun_at: datetime
    ends_at: datetime
    whole: bool = False
    failed_at: datetime | None = None
    gone: bool = False

    def is_coming(self, now: datetime) -> bool:
        return not self.gone and (self.whole or now < self.ends_at)

    def failed_since(self, since: datetime, now: datetime) -> bool:
        ended = self.failed_at or (self.ends_at if not self.gone and not self.whole and self.ends_at <= now else None)
        return ended is not None and since <= ended


@dataclass
class Opening:
    scope: frozenset[str]
    ends_at: datetime
    came_from: str


@dataclass
class Entry:
    title: str
    mentor: int
    team: list[int]
    state: str = S.DRAFT
    report: str = ""
    stated: set[int] = field(default_factory=set)
    agreed: set[int] = field(default_factory=set)
    place_of: int | None = None  # the mentor for whom a place is held, with one of the school
    files: dict[int, File] = field(default_factory=dict)
    pressed_at: datetime | None = None
    due_at: datetime | None = None
    came_from: str = S.DRAFT
    presses: int = 0
    receipts: list[tuple[int, str, str, int]] = field(default_factory=list)  # number, title, report, mentor
    decided: dict[str, bool] = field(default_factory=dict)  # by role; True was given
    opening: Opening | None = None
    used_opening: Opening | None = None  # under which was pressed
    later: datetime | None = None
    checks: int = 0
    whole_at: datetime | None = None  # when it was last submitted whole

    def on_the_way(self) -> list[File]:
        """What was still on its way when the project went on without it comes no more."""
        return [file for file in self.files.values() if self.whole_at is None or file.begun_at > self.whole_at]

    @property
    def binds(self) -> bool:
        return self.state not in OUT


@dataclass
class Paper:
    closes_at: datetime
    mended: frozenset[str]
    entries: dict[int, Entry] = field(default_factory=dict)

    # --- What is so now -------------------------------------------------------------------------
    def is_free(self, pupil: int, besides: Entry | None = None) -> bool:
        return not any(e.binds and pupil in e.team for e in self.entries.values() if e is not besides)

    def taken(self, mentor: int | None = None) -> int:
        places = [entry.place_of for entry in self.entries.values() if entry.place_of is not None]
        return len(places) if mentor is None else places.count(mentor)

    def mentor_is_full(self, mentor: int, entry: Entry | None = None) -> bool:
        own = entry is not None and entry.place_of == mentor
        return not own and self.taken(mentor) >= PER_MENTOR

    def fits(self, entry: Entry) -> bool:
        school = entry.place_of is not None or self.taken() < PER_SCHOOL
        return school and not self.mentor_is_full(entry.mentor, entry)

    def approve_by(self, entry: Entry) -> datetime:
        regular = working_days_later(self.closes_at, WORKING_DAYS)
        return max(regular, entry.later) if entry.later else regular

    def doors(self, entry: Entry, now: datetime) -> tuple[frozenset[str] | None, datetime]:
        """What is open to the team (None: all of it), and until when."""
        if entry.opening:
            return entry.opening.scope, entry.opening.ends_at
        if entry.state == S.RETURNED and now >= self.closes_at and self.mended:
            return self.mended, self.approve_by(entry)
        return None, self.closes_at

    def is_open(self, entry: Entry, now: datetime, part: str = "") -> bool:
        scope, until = self.doors(entry, now)
        return entry.state in WITH_TEAM and now < until and (not part or scope is None or part in scope)

    def is_whole(self, entry: Entry, now: datetime) -> bool:
        there = entry.report or any(file.is_coming(now) for file in entry.on_the_way())
        return bool(there) and set(entry.team) <= entry.stated

    def waits_for(self, entry: Entry) -> set[str]:
        return {"mentor", "school"} - set(entry.decided) if entry.state == S.SUBMITTED else set()

    def lines(self, now: datetime) -> list[datetime]:
        """The moments to come at which something changes by itself."""
        found = [self.closes_at]
        for entry in self.entries.values():
            if entry.state == S.ARRIVING and entry.due_at:
                found += [entry.due_at, entry.due_at + GRACE, entry.due_at + GRACE + CHECK]
            if entry.state in (S.SUBMITTED, S.RETURNED):
                found.append(entry.opening.ends_at if entry.opening else self.approve_by(entry))
        return sorted(line for line in found if line > now)

    # --- What becomes of it ---------------------------------------------------------------------
    def press(self, entry: Entry, now: datetime) -> None:
        entry.pressed_at, entry.due_at, entry.came_from = now, self.doors(entry, now)[1], entry.state
        entry.presses += 1
        entry.place_of = entry.mentor
        entry.used_opening, entry.opening = entry.opening, None
        if any(file.is_coming(now) for file in entry.on_the_way()):
            entry.state = S.ARRIVING
        else:
            self._complete(entry, now)

    def settle(self, entry: Entry, now: datetime) -> None:
        if entry.state != S.ARRIVING:
            return
        assert entry.pressed_at and entry.due_at
        coming = [file for file in entry.on_the_way() if file.is_coming(now)]
        last = entry.due_at + GRACE
        if now < entry.due_at and any(file.failed_since(entry.pressed_at, now) for file in entry.on_the_way()):
            self._go_back(entry)
        elif now < last and coming or now < last + CHECK and any(file.whole for file in coming):
            return
        elif entry.report:
            self._complete(entry, now)
        else:
            self._go_back(entry)

    def decide(self, entry: Entry, kind: str, *, given: bool) -> None:
        entry.decided[kind] = given
        if not given:
            entry.state = S.RETURNED
        elif entry.decided == {"mentor": True, "school": True}:
            entry.state = S.ENDORSED

    def reopen(self, entry: Entry, scope: list[str], ends_at: datetime) -> None:
        came_from = entry.state
        if came_from == S.LAPSED:
            entry.place_of = entry.mentor
        if scope:
            entry.state, entry.later = S.RETURNED, working_days_later(ends_at, WORKING_DAYS)
            entry.opening = Opening(frozenset(scope), ends_at, came_from)
        else:
            entry.state, entry.later = S.SUBMITTED, ends_at
            entry.decided = {kind: True for kind, given in entry.decided.items() if given}

    def end(self, entry: Entry, state: str) -> None:
        entry.state, entry.place_of, entry.opening = state, None, None

    def sweep(self, now: datetime) -> None:
        for entry in self.entries.values():
            self.settle(entry, now)
            if entry.opening and entry.opening.ends_at <= now:
                self._restore(entry, entry.opening.came_from)
            waits = entry.state in (S.SUBMITTED, S.RETURNED) and not entry.opening
            if waits and now >= max(self.approve_by(entry), self.closes_at):
                self.end(entry, S.LAPSED)

    def _complete(self, entry: Entry, now: datetime) -> None:
        entry.whole_at = now
        entry.state, entry.decided, entry.used_opening = S.SUBMITTED, {}, None
        entry.receipts.append((entry.presses, entry.title, entry.report, entry.mentor))

    def _go_back(self, entry: Entry) -> None:
        """What the organiser had opened is open again, and ends as it would have ended."""
        entry.state, entry.opening, entry.used_opening = entry.came_from, entry.used_opening, None
        if entry.state == S.DRAFT:
            entry.place_of = None

    def _restore(self, entry: Entry, state: str) -> None:
        _number, entry.title, entry.report, entry.mentor = entry.receipts[-1]
        entry.state, entry.opening = state, None
        if state == S.LAPSED:
            self.end(entry, state)
