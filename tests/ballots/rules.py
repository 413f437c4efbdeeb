"""Every rule of the wing, with what an action reads for it."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from django.utils import timezone

from programs.ballots import rules
from programs.ballots.actions import entries, running
from programs.ballots.models import BallotEntry
from programs.ballots.queries import ENTRY_PARTS
from programs.ballots.rules import FACTORS, WeightFacts
from tests.ballots.test_ballot_rules import entry as entered
from tests.ballots.test_ballot_rules import published
from tests.centres.make import local, make_group, make_session
from tests.people import make_class, make_officer, make_teacher


def calls() -> list[partial]:
    teacher, session, now = make_teacher(), make_session(), timezone.now()
    ballot = running.open_ballot(
        session=session, closes_at=local(2), seed_source="", factors=FACTORS, by=make_officer(), key="k"
    )
    group = make_group(make_class("8A1", homeroom_teacher=teacher), pupils=30)
    entry = entries.enter_ballot(ballot_id=ballot.pk, session_id=session.pk, group=group, by=teacher, key="k")
    entry = BallotEntry.objects.select_related(*ENTRY_PARTS).get(pk=entry.pk)
    ballot, facts = entry.ballot, WeightFacts(roll=900, visits=3, never=False, distance="", kind="ward")
    places = [rules.Place(1, 40, False)]
    list_of_one = published([entered(1)], places)
    row = list_of_one["entries"][0] | {"name": "A", "ward": "B", "cluster": "", "facts": {"never": True}}
    return [
        partial(rules.points_of, facts, FACTORS),
        partial(rules.weight_of, {"base": 100}),
        partial(rules.canonical, list_of_one),
        partial(rules.hash_of, "text"),
        partial(rules.published_places, list_of_one),
        partial(rules.published_entries, list_of_one),
        partial(rules.ticket_of, "seed", 1),
        partial(rules.key_of, "f" * 64, Decimal(1)),
        partial(rules.drawn_order, [entered(1)], "seed"),
        partial(rules.draw, entries=[entered(1)], places=places, seed="seed"),
        partial(rules.reason_after_draw, "season_limit"),
        partial(
            rules.new_ballot_refusal, now=now, closes_at=ballot.closes_at, first_starts_at=session.starts_at,
            bookings=0, has_ballot=False,
        ),
        partial(rules.factors_refusal, ballot.factors),
        partial(rules.entering_refusal, ballot, now=now),
        partial(rules.entry_refusal, entry, now=now),
        partial(rules.foreign_session_refusal, belongs=True),
        partial(rules.school_refusal, school_working=True, on_holiday=False),
        partial(rules.entered_twice, 1),
        partial(rules.close_refusal, ballot, now=now),
        partial(rules.draw_refusal, ballot, seed=""),
        partial(rules.send_refusal, ballot),
        partial(rules.coverage, list_of_one | {"entries": [row]}, {1: "won"}),
    ]  # fmt: skip
