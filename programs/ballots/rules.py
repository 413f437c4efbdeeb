"""The fair draw: who may run it and enter, what an entry weighs, and who wins. No clock, no query.

What is drawn follows from two things alone: the published list and the seed. ``docs/decisions/011-ballot.md`` says it
in words, ``programs/ballots/data/repeat_draw.py`` says it again in a program that shares no line with this one.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, localcontext

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.ballots.choices import REASONS, BallotState, EntryOutcome
from programs.ballots.models import Ballot, BallotEntry
from programs.centres.rules import moment_text
from programs.core.refusals import Refusal

ALGORITHM = 1
DIGITS = 50  # of the logarithm, which decimal arithmetic rounds correctly: the same on every machine
_ALL_TICKETS = 2**256

# How many points a group gets for what; a ballot carries its own numbers, these are where a new one begins.
FACTORS = {
    "base": 100,  # every group
    "seldom": 200,  # a school whose pupils had no visit in the last 12 months; less the more they had ...
    "seldom_until": 500,  # ... and nothing from so many visits for 1,000 pupils on
    "never": 100,  # a school that never came to a centre
    "other_ward": 50,  # the centre lies in another ward
    "other_province": 100,  # the centre lies in another of the three former provinces
    "commune": 50,  # a school in a commune
    "special_zone": 100,  # a school on an island
}
FACTOR_WORDS = {
    "base": gettext_lazy("every group"),
    "seldom": gettext_lazy("none of the school's pupils visited a centre in the last 12 months"),
    "seldom_until": gettext_lazy("visits per 1,000 pupils at which the school no longer gets these points"),
    "never": gettext_lazy("the school has never visited a centre"),
    "other_ward": gettext_lazy("the centre is in another ward"),
    "other_province": gettext_lazy("the centre is in another former province"),
    "commune": gettext_lazy("the school is in a commune"),
    "special_zone": gettext_lazy("the school is in a special zone (island)"),
}
POINT_WORDS = FACTOR_WORDS | {
    "seldom": gettext_lazy("how rarely the school's pupils visited a centre in the last 12 months"),
}


# --- What an entry weighs -----------------------------------------------------------------------
@dataclass(frozen=True)
class WeightFacts:
    """What the weight of a school's entry comes from; all of it is published."""

    roll: int  # pupils of the school
    visits: int  # of its pupils to centres in the 12 months before entries closed
    never: bool
    distance: str  # "", "other_ward" or "other_province"
    kind: str  # of the school's ward: "ward", "commune" or "special_zone"

    @property
    def visits_per_1000(self) -> int:
        return self.visits * 1000 // max(self.roll, 1)


def points_of(facts: WeightFacts, factors: Mapping[str, int]) -> dict[str, int]:
    """The points of an entry by what they are for; whole numbers, so that nobody rounds differently."""
    full = max(factors["seldom_until"], 1)
    points = {
        "base": factors["base"],
        "seldom": factors["seldom"] * (full - min(facts.visits_per_1000, full)) // full,
        "never": factors["never"] if facts.never else 0,
        "distance": factors[facts.distance] if facts.distance else 0,
        "kind": factors.get(facts.kind, 0),
    }
    return {name: number for name, number in points.items() if number}


def weight_of(points: Mapping[str, int]) -> Decimal:
    """100 points weigh 1."""
    return Decimal(sum(points.values())).scaleb(-2)


def canonical(document: Mapping) -> str:
    """The published list as text: its bytes in UTF-8 are what is hashed and downloaded."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


# --- The draw -----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Place:
    """A session as it was published."""

    session: int
    places: int
    one_group: bool


@dataclass(frozen=True)
class Entry:
    """A group as it was published. ``may_win`` is what its school's cap leaves; None where there is no cap."""

    number: int
    session: int
    school: str
    group: int  # the same class has the same number wherever it entered
    pupils: int
    weight: Decimal
    may_win: int | None = None
    busy: bool = False


@dataclass(frozen=True)
class Drawn:
    number: int
    place: int  # in the drawn order
    ticket: str
    won: bool
    reason: str  # of what won nothing


def published_places(document: Mapping) -> list[Place]:
    return [Place(row["session"], row["places"], row["one_group"]) for row in document["sessions"]]


def published_entries(document: Mapping) -> list[Entry]:
    names = ("number", "session", "school", "group", "pupils", "may_win", "busy")
    return [Entry(weight=Decimal(row["weight"]), **{name: row[name] for name in names}) for row in document["entries"]]


def ticket_of(seed: str, number: int) -> str:
    return hashlib.sha256(f"{seed}|{number}".encode()).hexdigest()


def key_of(ticket: str, weight: Decimal) -> Decimal:
    """An exponential waiting time of rate ``weight``: of two entries the one of double weight comes first twice as often."""
    with localcontext() as context:
        context.prec = DIGITS
        share = Decimal(int(ticket, 16) + 1) / _ALL_TICKETS
        return -share.ln() / weight


def drawn_order(entries: Iterable[Entry], seed: str) -> list[tuple[Entry, str]]:
    """The entries with their tickets, the smallest key first."""
    tickets = [(entry, ticket_of(seed, entry.number)) for entry in entries]
    return sorted(tickets, key=lambda pair: (key_of(pair[1], pair[0].weight), pair[0].number))


def draw(*, entries: Sequence[Entry], places: Sequence[Place], seed: str) -> list[Drawn]:
    """Who wins, in the drawn order; groups are taken whole or not at all.

    In turns: in the first each school wins once at most, in the second twice, and so on, so that nobody gets a
    second place while a group that fits of a school without any still waits.
    """
    order = drawn_order(entries, seed)
    hall = _Hall(places)
    decided: dict[int, str] = {}  # number -> why nothing was won, "" for what won
    turn = 0
    while len(decided) < len(order):
        turn += 1
        for entry, _ticket in order:
            if entry.number in decided:
                continue
            reason = hall.reason_against(entry)
            if reason or hall.wins[entry.school] < turn:
                decided[entry.number] = reason
            if decided.get(entry.number) == "":
                hall.seat(entry)
    return [
        Drawn(entry.number, place, ticket, won=not decided[entry.number], reason=decided[entry.number])
        for place, (entry, ticket) in enumerate(order, 1)
    ]


class _Hall:
    """What is taken so far. An obstacle to an entry never goes away again."""

    def __init__(self, places: Sequence[Place]) -> None:
        self.left = {place.session: place.places for place in places}
        self.one_group = {place.session for place in places if place.one_group}
        self.wins: Counter[str] = Counter()
        self.groups: set[int] = set()

    def reason_against(self, entry: Entry) -> str:
        if entry.may_win is not None and self.wins[entry.school] >= entry.may_win:
            return "school_cap"
        if entry.group in self.groups:
            return "class_has_place"
        if entry.busy:
            return "class_busy"
        if entry.pupils > self.left[entry.session]:
            return "no_room"
        return ""

    def seat(self, entry: Entry) -> None:
        self.left[entry.session] = 0 if entry.session in self.one_group else self.left[entry.session] - entry.pupils
        self.wins[entry.school] += 1
        self.groups.add(entry.group)


# --- Whether now --------------------------------------------------------------------------------
def reason_after_draw(code: str) -> str:
    """The reason under which a refusal that was met on sending is kept."""
    known = {"season_limit": "school_cap", "class_already_booked": "class_busy", "session_past": "session_cancelled"}
    code = known.get(code, code)
    return code if code in REASONS else "changed"


def new_ballot_refusal(
    *, now: datetime, closes_at: datetime, first_starts_at: datetime | None, bookings: int, has_ballot: bool
) -> Refusal | None:
    """Why a season or a session cannot be given by ballot."""
    if has_ballot:
        return Refusal("has_ballot", _("It already has a ballot."))
    if bookings:
        return Refusal("has_bookings", _("Schools have already booked: their places can no longer be drawn."))
    if closes_at <= now:
        return Refusal("past", _("Entries must close in the future."), "closes_at")
    if first_starts_at is None:
        return Refusal("no_sessions", _("It has no upcoming sessions: plan the sessions first."))
    if first_starts_at <= closes_at:
        return Refusal(
            "closes_late",
            _("Entries must close before the first session begins: {time}.").format(time=moment_text(first_starts_at)),
            "closes_at",
        )
    return None


def factors_refusal(factors: Mapping[str, int]) -> Refusal | None:
    if factors["base"] < 1:
        return Refusal("no_base", _("Every group needs at least one point, or it could never be drawn."), "base")
    return None


def entering_refusal(ballot: Ballot, *, now: datetime) -> Refusal | None:
    """Why nobody may enter, change or withdraw an entry now; only the server's clock counts."""
    if ballot.state == BallotState.OPEN and now < ballot.closes_at:
        return None
    return Refusal("entries_closed", _("Entries closed at {time}.").format(time=moment_text(ballot.closes_at)))


def entry_refusal(entry: BallotEntry, *, now: datetime) -> Refusal | None:
    """Why this entry may not be changed or withdrawn now."""
    if entry.outcome == EntryOutcome.WITHDRAWN:
        return Refusal("already_withdrawn", _("This entry has already been withdrawn."))
    return entering_refusal(entry.ballot, now=now)


def foreign_session_refusal(*, belongs: bool) -> Refusal | None:
    if belongs:
        return None
    return Refusal("not_in_ballot", _("The places in this session are not allocated by this ballot."))


def school_refusal(*, school_working: bool, on_holiday: bool) -> Refusal | None:
    """What keeps a school out whatever is drawn; its cap and its other bookings are judged by the draw."""
    if not school_working:
        return Refusal(
            "school_not_working",
            _("Your school cannot enter yet: its registration must first be verified by the authority."),
        )
    if on_holiday:
        return Refusal("holiday", _("This day is a school holiday. Please choose another date."))
    return None


def entered_twice(number: int) -> Refusal:
    message = _("This class is already entered for this session, as number {number}.").format(number=number)
    return Refusal("entered_twice", message, "class_group")


def close_refusal(ballot: Ballot, *, now: datetime) -> Refusal | None:
    if ballot.state != BallotState.OPEN:
        return Refusal("already_closed", _("The list has already been published."))
    if now < ballot.closes_at:
        message = _("Entries are open until {time}; the list is published after that.")
        return Refusal("too_early", message.format(time=moment_text(ballot.closes_at)))
    return None


def draw_refusal(ballot: Ballot, *, seed: str) -> Refusal | None:
    """A seed may be typed only where its source was named before the list was known: nobody picks a lucky one."""
    announced = ballot.seed_source
    if ballot.state == BallotState.OPEN:
        return Refusal("not_closed", _("The list of entries is published first; only then does the seed become known."))
    if ballot.state != BallotState.CLOSED:
        return Refusal("already_drawn", _("The ballot has already been drawn: the first draw is final."))
    if announced and not seed:
        message = _("Type the number that the announced source gave: {source}.")
        return Refusal("seed_missing", message.format(source=announced), "seed")
    if seed and not announced:
        return Refusal("seed_unannounced", _("No source was announced: the portal takes a random seed."), "seed")
    return None


def send_refusal(ballot: Ballot) -> Refusal | None:
    if ballot.state == BallotState.SENT:
        return Refusal("already_sent", _("The results have already been sent."))
    if ballot.state != BallotState.DRAWN:
        return Refusal("not_drawn", _("The ballot must be drawn first."))
    return None


# --- What the draw does for coverage ------------------------------------------------------------
@dataclass(frozen=True)
class Share:
    """Of what entered, what was drawn."""

    label: str
    entered: int
    drawn: int


@dataclass(frozen=True)
class Coverage:
    groups: Share
    pupils: Share
    schools: Share
    never_visited: Share  # schools
    clusters: list[Share]  # pupils
    wards: list[Share]  # pupils
    winners: list[tuple[str, int]]  # school, groups
    places: int


def coverage(document: Mapping, outcomes: Mapping[int, str]) -> Coverage:
    """The effect of a draw, from the published facts and the outcome of each number."""
    rows = document["entries"]
    won = [row for row in rows if outcomes.get(row["number"]) == EntryOutcome.WON]
    per_school = Counter(row["name"] for row in won)
    return Coverage(
        groups=Share("", len(rows), len(won)),
        pupils=Share("", sum(row["pupils"] for row in rows), sum(row["pupils"] for row in won)),
        schools=Share("", len({row["school"] for row in rows}), len({row["school"] for row in won})),
        never_visited=Share("", len(_never(rows)), len(_never(won))),
        clusters=_shares("cluster", rows, won),
        wards=_shares("ward", rows, won),
        winners=sorted(per_school.items(), key=lambda item: (-item[1], item[0])),
        places=sum(row["places"] for row in document["sessions"]),
    )


def _never(rows: Iterable[Mapping]) -> set[str]:
    return {row["school"] for row in rows if row["facts"]["never"]}


def _shares(name: str, rows: Iterable[Mapping], won: Iterable[Mapping]) -> list[Share]:
    entered: Counter[str] = Counter()
    drawn: Counter[str] = Counter()
    for counter, source in ((entered, rows), (drawn, won)):
        for row in source:
            counter[row[name]] += row["pupils"]
    return [Share(label, number, drawn[label]) for label, number in sorted(entered.items()) if label]
