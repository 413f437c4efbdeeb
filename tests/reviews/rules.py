"""Every rule of the wing, with what an action reads for it."""

from __future__ import annotations

from functools import partial

from django.utils import timezone

from programs.core.models import Term
from programs.reviews import rules
from programs.reviews.actions import freeze_report
from programs.reviews.queries.reports import report_frozen_for
from tests.participation.make import make_terms
from tests.people import make_officer


def calls() -> list[partial]:
    term = Term.objects.select_related("school_year").get(pk=make_terms()[0].pk)
    freeze_report(term_id=term.pk, by=make_officer(), key="first")
    today = timezone.localdate()
    return [
        partial(rules.term_is_over, term, today=today),
        partial(rules.freeze_refusal, term, None, today=term.ends_on),
        partial(rules.freeze_refusal, term, report_frozen_for(term), today=today),
    ]
