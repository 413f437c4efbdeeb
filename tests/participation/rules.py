"""Every rule of the wing, with what a page reads for it."""

from __future__ import annotations

from functools import partial

from programs.participation import rules
from programs.participation.queries import participation_of
from programs.schools.models import School
from tests.participation.make import make_terms, make_visit
from tests.people import make_school


def calls() -> list[partial]:
    term = make_terms()[0]
    make_visit(make_school(), term.starts_on)
    read = participation_of(School.objects.all(), [term])
    return [
        partial(rules.figures, "", "", read.schools, read.cells),
        partial(rules.remind_refusal, True, 3),
    ]
