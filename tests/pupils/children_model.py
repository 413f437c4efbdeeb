"""What must be true of children, their records and what their families said: a page of plain Python.

It knows no table and no code of the portal. A record is a number; what was said about it are lines with a day.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

GUARDIAN, PUPIL = "guardian", "pupil"
OPEN, CLOSED, NOTHING = "open", "closed", "nothing"


@dataclass
class Child:
    """A real child: the name, the number in the register of the city, a number in the list of each school."""

    name: str
    number: str
    own: tuple[str, ...]
    born: date
    birthdays: set[date] = field(default_factory=set)  # right or wrong, that a register has had

    def correct(self, born: date) -> None:
        self.born = born
        self.birthdays.add(born)


@dataclass(eq=False)
class Line:
    """Somebody's word: ``who`` is a parent or the pupil; empty for somebody of the family, we do not know who."""

    at: datetime
    order: int  # in which it was recorded
    who: str
    no: bool
    alone: bool = False  # nobody else was asked at that age


@dataclass(eq=False)
class Record:
    child: Child
    school: int
    lines: dict[tuple[str, str], list[Line]] = field(default_factory=dict)  # (purpose, giver) → what was said
    into: int | None = None
    erased: bool = False
    mixed: bool = False  # was joined with another: then only what must not be shown is known for certain
    children: list[Child] = field(default_factory=list)  # of all records that are joined in it now
    seen: list[Child] = field(default_factory=list)  # that ever were
    number_of: str = ""  # the register whose number the record bears

    def __post_init__(self) -> None:
        self.children, self.seen = [self.child], [self.child]

    @property
    def in_use(self) -> bool:
        return self.into is None and not self.erased

    def said(self, purpose: str, giver: str) -> list[Line]:
        return self.lines.setdefault((purpose, giver), [])


@dataclass
class Joined:
    kept: int
    dropped: int
    order: int
    at: datetime
    moved: dict[tuple[str, str], list[Line]]
    children: list[Child]
    under: list[int]  # records that had been joined to the dropped one before


@dataclass
class Merged:
    """A school that became part of another."""

    source: int
    target: int
    at: datetime
    moved: list[int]
    before: dict[int, dict]  # the rows of both schools as they were
    touched: set[int] = field(default_factory=set)


def words_of(lines: list[Line]) -> dict[str, Line]:
    """Each person's last word by its day. After a no of nobody known, no yes of before counts; a name ends it."""
    words: dict[str, Line] = {}
    for line in sorted(lines, key=lambda each: (each.at, each.order)):
        if line.who:
            words.pop("", None)
        elif line.no:
            words = {who: word for who, word in words.items() if word.no}
        words[line.who] = line
    return words


def standing(lines: list[Line]) -> str:
    words = words_of(lines).values()
    if not words:
        return NOTHING
    return CLOSED if any(word.no for word in words) else OPEN


def age(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def givers(born: date | None, day: date) -> set[str]:
    """Who is asked about a picture."""
    if born is None or 7 <= age(born, day) < 18:
        return {GUARDIAN, PUPIL}
    return {GUARDIAN} if age(born, day) < 7 else {PUPIL}


@dataclass
class Model:
    records: dict[int, Record] = field(default_factory=dict)
    accounts: dict[int, Child] = field(default_factory=dict)
    joined: list[Joined] = field(default_factory=list)
    mergers: dict[int, Merged] = field(default_factory=dict)
    clock: int = 0

    def say(self, number: int, purpose: str, giver: str, line: Line) -> None:
        self.clock += 1
        line.order = self.clock
        self.records[number].said(purpose, giver).append(line)

    def may_be_shown(self, number: int, purpose: str, *, born: date | None, left: bool, day: date) -> bool:
        """Whether a picture may be shown as far as this page can tell: what it says no to must never be shown."""
        record, asked = self.records[number], givers(born, day)
        if not record.in_use or (left and asked != {PUPIL}):
            return False
        if any(standing(record.said(purpose, giver)) != OPEN for giver in asked):
            return False
        return all(self._outlives(record, purpose, giver, asked) for giver in {GUARDIAN, PUPIL} - asked)

    def _outlives(self, record: Record, purpose: str, giver: str, asked: set[str]) -> bool:
        """Who is asked no more by an age has agreed, or who is asked now has said yes since as the only one."""
        before = record.said(purpose, giver)
        if standing(before) == OPEN:
            return True
        last = max((word for each in asked for word in words_of(record.said(purpose, each)).values()),
                   key=lambda word: (word.at, word.order))  # fmt: skip
        return last.alone and all(last.at > word.at for word in words_of(before).values())

    # --- Two records of one child, or so somebody thought --------------------------------------
    def join(self, kept: int, dropped: int, now: datetime) -> None:
        """A no of either holds for both; what was said of the one is said of the other."""
        stays, goes = self.records[kept], self.records[dropped]
        for key in {*stays.lines, *goes.lines}:
            stand = standing(stays.said(*key)), standing(goes.said(*key))
            if stand == (OPEN, CLOSED):
                self.say(kept, *key, Line(now, 0, "", no=True))
            elif stand == (CLOSED, OPEN):
                self.say(dropped, *key, Line(now, 0, "", no=True))
        self.clock += 1
        under = [number for number, record in self.records.items() if record.into == dropped]
        joined = Joined(kept, dropped, self.clock, now, goes.lines, goes.children, under)
        for key, lines in goes.lines.items():
            stays.said(*key).extend(lines)
        goes.lines, goes.into = {}, kept
        for number in under:
            self.records[number].into = kept
        stays.children = stays.children + joined.children
        stays.seen = stays.seen + goes.seen
        stays.mixed = goes.mixed = True
        self.joined.append(joined)

    def part(self, joined: Joined, now: datetime) -> None:
        """Each gets its own back. What was said while they were one may be of either: for neither it is a yes."""
        holder, goes = self.records[self.holder_of(joined.kept)], self.records[joined.dropped]
        self.joined.remove(joined)
        goes.into = None
        for number in joined.under:
            if self.records[number].into == joined.kept:
                self.records[number].into = joined.dropped
        since = {key for key, lines in holder.lines.items() if any(line.order > joined.order for line in lines)}
        for key, lines in joined.moved.items():
            holder.lines[key] = [line for line in holder.said(*key) if line not in lines]
            goes.lines[key] = list(lines)
        for child in joined.children:
            holder.children.remove(child)
        for key in since:
            for number in (self.holder_of(joined.kept), joined.dropped):
                self.say(number, *key, Line(now, 0, "", no=True))

    def holder_of(self, number: int) -> int:
        """The record that is in use."""
        while (into := self.records[number].into) is not None:
            number = into
        return number

    def erase(self, number: int) -> set[int]:
        gone = {each for each in self.records if self.holder_of(each) == number}
        for each in gone:
            self.records[each].erased = True
        self.joined = [joined for joined in self.joined if not {joined.kept, joined.dropped} & gone]
        return gone
