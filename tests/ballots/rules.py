"""Every rule of the wing, with what an action reads for it."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from django.utils import timezone

from programs.ballots.actions import entries, running
from programs.ballots.models import BallotEntry
from programs.ballots.queries import ENTRY_PARTS
from programs.ballots.rules import fair, steps
from programs.ballots.rules.fair import FACTORS, WeightFacts
from programs.core.refusals import Refusal
from tests.ballots.make import terms
from tests.ballots.test_ballot_rules import REFERENCE, published, schools_of
from tests.ballots.test_ballot_rules import entry as entered
from tests.centres.make import local, make_group, make_session
from tests.people import make_class, make_officer, make_teacher


def calls() -> list[partial]:
    teacher, session, now = make_teacher(), make_session(), timezone.now()
    today, first = timezone.localdate(now), session.starts_at
    ballot = running.open_ballot(session=session, terms=terms(local(2)), by=make_officer(), key="k")
    group = make_group(make_class("8A1", homeroom_teacher=teacher), pupils=30)
    entry = entries.enter_ballot(ballot_id=ballot.pk, wishes=[session.pk], group=group, by=teacher, key="k")
    entry = BallotEntry.objects.select_related(*ENTRY_PARTS).get(pk=entry.pk)
    ballot, facts = entry.ballot, WeightFacts(roll=900, visits=3, never=False, distance="", kind="ward")
    places, schools = [fair.Place(1, 40, 36)], schools_of(entered(1))
    list_of_one = published([entered(1)], schools, places)
    school = list_of_one["schools"][0] | {"name": "A", "ward": "B", "cluster": "", "facts": {"never": True}}
    how = {"schools": schools, "seed": "seed", "reference": REFERENCE}
    return [
        partial(fair.points_of, facts, FACTORS),
        partial(fair.weight_of, {"base": 100}),
        partial(fair.canonical, list_of_one),
        partial(fair.hash_of, "text"),
        partial(fair.published_places, list_of_one),
        partial(fair.published_schools, list_of_one),
        partial(fair.published_entries, list_of_one),
        partial(fair.commitment_to, "secret"),
        partial(fair.seed_of, secret="secret", digits="738201", reference=REFERENCE),
        partial(fair.ticket_of, "seed", REFERENCE, 1),
        partial(fair.key_of, "f" * 64, Decimal(1)),
        partial(fair.school_order, schools, seed="seed", reference=REFERENCE),
        partial(fair.drawn_order, [entered(1)], **how),
        partial(fair.draw, entries=[entered(1)], places=places, **how),
        partial(fair.coverage, list_of_one | {"schools": [school]}, {1: "won"}),
        partial(steps.reason_after_draw, "season_limit"),
        partial(steps.offer_refusal, session),
        partial(
            steps.new_ballot_refusal, now=now, closes_at=ballot.closes_at, first_starts_at=first, bookings=0,
            has_ballot=False,
        ),
        partial(steps.source_refusal, source_date=ballot.source_date, closes_on=today, first_on=first.date()),
        partial(steps.factors_refusal, ballot.factors),
        partial(steps.entering_refusal, ballot, now=now),
        partial(steps.entry_refusal, entry, now=now),
        partial(steps.wishes_refusal, [session.pk], offered={session.pk}),
        partial(steps.beside_wish, Refusal("code", "message"), place=1),
        partial(steps.school_refusal, school_working=True, on_holiday=False),
        partial(steps.entered_twice, 1),
        partial(steps.close_refusal, ballot, now=now),
        partial(steps.digits_refusal, ballot, digits="738201", today=today),
        partial(steps.draw_refusal, ballot, digits="738201", today=today, entered_by_same=False),
        partial(steps.send_refusal, ballot),
        partial(steps.frozen_refusal, ballot, first_starts_at=first),
        partial(steps.season_kept_refusal, ballot, first_starts_at=first),
        partial(steps.terms_kept_refusal, ballot, first_starts_at=first),
        partial(steps.frozen_until, ballot, first_starts_at=first),
        partial(steps.before_source_refusal, ballot, first_on=today, field="day"),
        partial(steps.take_out_refusal, ballot),
        partial(steps.draw_by, ballot, first_starts_at=first),
        partial(steps.sends_itself_at, ballot, first_starts_at=first),
    ]  # fmt: skip
