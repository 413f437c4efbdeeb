"""Every rule of the wing, with what an action reads for it."""

from __future__ import annotations

from functools import partial

from django.utils import timezone

from programs.competitions import rules
from programs.competitions.models import Competition
from programs.competitions.queries import contents_of
from tests.competitions.make import ba_hoa, draft_of, prepare
from tests.competitions.make import rules as shipped


def calls() -> list[partial]:
    hoa = ba_hoa()
    contents = contents_of(draft_of("khkt", by=hoa))
    prepared = prepare(shipped("ideas"), by=hoa)
    competition = Competition.objects.select_related("rule_set").get(pk=prepared.pk)
    now = timezone.now()
    return [
        partial(rules.draft_refusal, contents.rule_set),
        partial(rules.copy_refusal, [contents.rule_set]),
        partial(rules.code_refusal, "report", {"report"}),
        partial(rules.publication_refusal, contents),
        partial(rules.gaps_in, contents),
        partial(rules.opening_refusal, competition, now=now),
        partial(rules.closing_refusal, competition),
        partial(rules.wording_refusal, competition),
        partial(rules.dates_refusal, competition, competition.opens_at, competition.closes_at, now=now),
    ]
