"""The minute in which booking opens: `python -m benchmarks.booking`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.harness import Plan, Server, Tally, figures_of, json_line, place, say, side_by_side

if TYPE_CHECKING:
    from benchmarks.inside import Rush
    from programs.centres.models import Session

ROUNDS = 3
WARM_UP = 40


@dataclass(frozen=True)
class Case:
    name: str
    contenders: int
    places: int
    sold_before: bool = False


CASES = [
    Case("200 contenders for 2 places", 200, 2),
    Case("400 contenders for 40 places", 400, 40),
    Case("400 contenders, places for all", 400, 400),
    Case("400 contenders, sold out", 400, 2, sold_before=True),
]
MOST = max(case.contenders for case in CASES)


def plan_of(session: Session, contenders: list[dict]) -> Plan:
    """Everyone has the booking page of ``session`` open, then all submit at once."""
    from benchmarks.inside import words_of_refusal

    path = f"/sessions/{session.pk}/book/"
    lanes = [[contender | {"path": path}] for contender in contenders]
    return Plan(lanes=lanes, open_form=True, refusals=words_of_refusal())


def floor_plan_of(contenders: int) -> Plan:
    return Plan(
        lanes=[[{"path": "/book/", "cookies": {}, "form": {"holder": str(number)}}] for number in range(contenders)]
    )


class Rounds:
    """A new session for each round of a case, and what became of it."""

    def __init__(self, case: Case, *, rush: Rush, portal: Server) -> None:
        self.case, self.rush, self.portal = case, rush, portal
        self.sessions: list[Session] = []

    def plan(self, number: int) -> Plan:
        session = self.rush.new_session(self.case.places)
        self.sessions.append(session)
        if self.case.sold_before:  # to people who do not take part in the rush
            self.portal.load(plan_of(session, self.rush.contenders[MOST : MOST + self.case.places]))
        return plan_of(session, self.rush.contenders[: self.case.contenders])

    def sold(self) -> list[int]:
        from benchmarks.inside import sold

        return [sold(session) for session in self.sessions]


def measure(case: Case, *, rush: Rush, portal: Server, floor: Server, queries: int) -> tuple[str, bool]:
    """The line of ``case``, and whether everything was in order."""
    say(f"  {case.name}")
    rounds = Rounds(case, rush=rush, portal=portal)
    portal.forget_peak()
    tally, floor_tally = side_by_side(
        rounds=ROUNDS, portal=portal, floor=floor, plan=rounds.plan, floor_plan=floor_plan_of(case.contenders)
    )
    figures = figures_of(tally, floor_tally)
    sold = rounds.sold()
    promised = tally.count("accepted") + (sum(sold) if case.sold_before else 0)
    say(f"    {tally.count('accepted')} accepted, {tally.count('refused')} refused; sold in each round: {sold}")
    _say_errors(tally)
    worst = max(sold, key=lambda places: abs(places - case.places))
    in_order = worst == case.places and promised == sum(sold) and not figures["errors"]
    peak = portal.peak_mb()
    line = json_line(
        bench="booking", case=case.name, queries=queries, peak_mb=peak, sold=worst, capacity=case.places, **figures
    )
    return line, in_order


def _say_errors(tally: Tally) -> None:
    statuses = [status for verdict, status, _ in tally.answers if verdict == "error"]
    for status in sorted(set(statuses)):
        say(f"    ERROR: {statuses.count(status)} answers {status or 'lost'} that are neither a booking nor a refusal")


def main() -> int:
    with place() as (portal, floor):
        from benchmarks.inside import Rush

        rush = Rush(contenders=MOST + max(case.places for case in CASES if case.sold_before))
        accepted, refused = rush.statements_of_booking()
        say(f"  statements: {accepted} for an accepted booking, {refused} for a refused one")
        floor.load(floor_plan_of(WARM_UP))
        portal.load(plan_of(rush.new_session(WARM_UP // 2), rush.contenders[:WARM_UP]))
        results = [
            measure(case, rush=rush, portal=portal, floor=floor, queries=refused if case.sold_before else accepted)
            for case in CASES
        ]
    print("\n".join(line for line, _ in results))
    if all(in_order for _, in_order in results):
        return 0
    say("NOT IN ORDER: too many or too few places were sold, or an answer was an error.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
