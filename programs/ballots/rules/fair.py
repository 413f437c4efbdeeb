"""The fair draw: what a school weighs, and who wins. No clock, no query.

What is drawn follows from what is published alone: the list, the secret whose hash went out with it, and the digits
of a public source of a later day. ``docs/decisions/011-ballot.md`` says it in words,
``programs/ballots/data/repeat_draw.py`` says it again in a program that shares no line with this one.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext

from django.utils.translation import gettext_lazy

from programs.ballots.choices import EntryOutcome

ALGORITHM = 2
DIGITS = 50  # of the logarithm, which decimal arithmetic rounds correctly: the same on every machine
_ALL_TICKETS = 2**256

# How many points a group gets for what; a ballot carries its own numbers, these are where a new one begins.
FACTORS = {
    "base": 100,  # every school
    "seldom": 200,  # a school whose pupils had no visit in the last 12 months; less the more they had ...
    "seldom_until": 500,  # ... and nothing from so many visits for 1,000 pupils on
    "never": 100,  # a school that never had places at a centre
    "other_ward": 50,  # no centre of the ballot lies in its ward
    "other_province": 100,  # none lies in its part of the three former provinces
    "commune": 50,  # a school in a commune
    "special_zone": 100,  # a school on an island
}
FACTOR_WORDS = {
    "base": gettext_lazy("every school"),
    "seldom": gettext_lazy("none of the school's pupils visited a centre in the last 12 months"),
    "seldom_until": gettext_lazy("visits per 1,000 pupils at which the school no longer gets these points"),
    "never": gettext_lazy("the school has never visited a centre"),
    "other_ward": gettext_lazy("the nearest centre is in another ward"),
    "other_province": gettext_lazy("the nearest centre is in another former province"),
    "commune": gettext_lazy("the school is in a commune"),
    "special_zone": gettext_lazy("the school is in a special zone (island)"),
}
POINT_WORDS = FACTOR_WORDS | {
    "seldom": gettext_lazy("how rarely the school's pupils visited a centre in the last 12 months"),
}


# --- What a school weighs -----------------------------------------------------------------------
@dataclass(frozen=True)
class WeightFacts:
    """What the weight of a school comes from; all of it is published."""

    roll: int  # pupils of the school
    visits: int  # places for its pupils at centres in the 12 months before entries closed, used or left empty
    never: bool  # no group of it ever came, nor stayed away from places that were kept for it
    distance: str  # "", "other_ward" or "other_province"
    kind: str  # of the school's ward: "ward", "commune" or "special_zone"

    @property
    def visits_per_1000(self) -> int:
        return self.visits * 1000 // max(self.roll, 1)


def points_of(facts: WeightFacts, factors: Mapping[str, int]) -> dict[str, int]:
    """The points of a school by what they are for; whole numbers, so that nobody rounds differently."""
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
    """A session as it was published. It takes one more group while a group of the ``largest`` size would fit."""

    session: int
    places: int
    largest: int
    one_group: bool = False
    centre_code: str = ""


@dataclass(frozen=True)
class Drawing:
    """A school as it was published. ``may_win`` is what its cap in the season leaves; None where there is no cap.

    ``may_win_at`` is what its cap at each centre leaves.
    """

    code: str
    weight: Decimal
    may_win: int | None = None
    may_win_at: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """The one ticket of a class, with its wishes, the best first; at the time of the ``busy`` ones it is elsewhere."""

    number: int
    school: str
    pupils: int
    wishes: tuple[int, ...]
    busy: tuple[int, ...] = ()


@dataclass(frozen=True)
class Drawn:
    number: int
    place: int  # in the drawn order
    ticket: str
    session: int | None  # what it won
    reason: str  # of what won nothing

    @property
    def won(self) -> bool:
        return self.session is not None


def published_places(document: Mapping) -> list[Place]:
    names = ("session", "places", "largest", "one_group", "centre_code")
    return [Place(**{name: row[name] for name in names}) for row in document["sessions"]]


def published_schools(document: Mapping) -> list[Drawing]:
    return [
        Drawing(row["school"], Decimal(row["weight"]), row["may_win"], row["may_win_at"]) for row in document["schools"]
    ]


def published_entries(document: Mapping) -> list[Entry]:
    return [
        Entry(row["number"], row["school"], row["pupils"], tuple(row["wishes"]), tuple(row["busy"]))
        for row in document["entries"]
    ]


def commitment_to(secret: str) -> str:
    return hash_of(secret)


def seed_of(*, secret: str, digits: str, reference: str) -> str:
    return hash_of(f"{secret}|{digits}|{reference}")


def ticket_of(seed: str, reference: str, what: str | int) -> str:
    """The ticket of a school (its code) or of a class (its number) in this ballot and in no other."""
    return hash_of(f"{seed}|{reference}|{what}")


def key_of(ticket: str, weight: Decimal) -> Decimal:
    """An exponential waiting time of rate ``weight``: of two the one of double weight comes first twice as often."""
    with localcontext() as context:
        context.prec = DIGITS
        share = Decimal(int(ticket, 16) + 1) / _ALL_TICKETS
        return -share.ln() / weight


def school_order(schools: Iterable[Drawing], *, seed: str, reference: str) -> list[Drawing]:
    """The schools by weight and luck, however many classes each entered."""
    keys = {each.code: key_of(ticket_of(seed, reference, each.code), each.weight) for each in schools}
    return sorted(schools, key=lambda each: (keys[each.code], each.code))


def drawn_order(
    entries: Iterable[Entry], schools: Iterable[Drawing], *, seed: str, reference: str
) -> list[tuple[Entry, str]]:
    """The classes with their tickets: each school's first, in the order of the schools, then each one's second ..."""
    of_school: dict[str, list[tuple[str, int, Entry]]] = defaultdict(list)
    for entry in entries:
        of_school[entry.school].append((ticket_of(seed, reference, entry.number), entry.number, entry))
    ranks = {school.code: rank for rank, school in enumerate(school_order(schools, seed=seed, reference=reference))}
    placed = [
        (turn, ranks[code], entry, ticket)
        for code, own in of_school.items()
        for turn, (ticket, _number, entry) in enumerate(sorted(own, key=lambda each: each[:2]))
    ]
    return [(entry, ticket) for _turn, _rank, entry, ticket in sorted(placed, key=lambda each: each[:2])]


def draw(
    *,
    entries: Sequence[Entry],
    schools: Sequence[Drawing],
    places: Sequence[Place],
    seed: str,
    reference: str,
    cancelled: Collection[int] = (),
) -> list[Drawn]:
    """Who wins what, in the drawn order; groups are taken whole or not at all.

    In turns: in the first each school wins once at most, in the second twice, and so on, so that no school gets a
    second place while another that could have one has none. A class gets the best of its wishes that has room, and
    room does not depend on its size. ``cancelled`` were taken out after the list was published.
    """
    order = drawn_order(entries, schools, seed=seed, reference=reference)
    hall = _Hall(places, schools, cancelled)
    of_school: dict[str, list[Entry]] = defaultdict(list)  # in the order of the schools, and of each one's classes
    for entry, _ticket in order:
        of_school[entry.school].append(entry)
    decided: dict[int, tuple[int | None, str]] = {}
    turn = 0
    while len(decided) < len(order):
        turn += 1
        for waiting in of_school.values():
            while waiting and hall.wins[waiting[0].school] < turn:
                entry = waiting.pop(0)
                decided[entry.number] = hall.seat(entry)
    return [
        Drawn(entry.number, place, ticket, *decided[entry.number]) for place, (entry, ticket) in enumerate(order, 1)
    ]


class _Hall:
    """What is taken so far. An obstacle never goes away again."""

    def __init__(self, places: Sequence[Place], schools: Sequence[Drawing], cancelled: Collection[int]) -> None:
        self.left = {place.session: place.places for place in places if place.session not in cancelled}
        self.left = {session: number for session, number in self.left.items() if number}
        self.places = {place.session: place for place in places}
        self.may_win = {school.code: school.may_win for school in schools}
        self.may_win_at = {
            (each.code, centre): number for each in schools for centre, number in each.may_win_at.items()
        }
        self.wins: Counter[str] = Counter()
        self.wins_at: Counter[tuple[str, str]] = Counter()

    def seat(self, entry: Entry) -> tuple[int | None, str]:
        """The best session that the class can have, or why there is none."""
        cap = self.may_win[entry.school]
        if cap is not None and self.wins[entry.school] >= cap:
            return None, "school_cap"
        alive = [session for session in entry.wishes if session in self.left]
        free = [session for session in alive if session not in entry.busy]
        room = [each for each in free if self.left[each] >= max(self.places[each].largest, entry.pupils)]
        for session in room:
            if not self._at_limit(entry.school, session):
                self._take(entry, session)
                return session, ""
        if room:
            return None, "school_limit"
        return None, "no_room" if free else "class_busy" if alive else "session_cancelled"

    def _at_limit(self, school: str, session: int) -> bool:
        """Whether the school has as much at the centre of the session as it may."""
        here = (school, self.places[session].centre_code)
        return here in self.may_win_at and self.wins_at[here] >= self.may_win_at[here]

    def _take(self, entry: Entry, session: int) -> None:
        place = self.places[session]
        self.left[session] = 0 if place.one_group else self.left[session] - entry.pupils
        self.wins[entry.school] += 1
        self.wins_at[entry.school, place.centre_code] += 1


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
    schools = {row["school"]: row for row in document["schools"]}
    rows = [schools[row["school"]] | row for row in document["entries"]]
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
