"""Rules and competitions, made as the department makes them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from programs.accounts.models import User
from programs.competitions.actions import competitions, rule_sets, seeds
from programs.competitions.models import Competition, RuleSet
from programs.core.idempotency import new_key
from tests.people import make_officer, make_year


def rules(code: str) -> RuleSet:
    """A rule set that ships with the portal, published."""
    make_year()
    return next(row for row in seeds.load_rule_sets() if row.code == code)


def ba_hoa() -> User:
    """The officer of the department who runs competitions."""
    return make_officer("Lê Thị Hoa")


def draft_of(code: str, *, by: User) -> RuleSet:
    return rule_sets.begin_version(rule_set_id=rules(code).pk, by=by)


def prepare(rule_set: RuleSet, *, by: User, days: int = 20, **more: Any) -> Competition:
    now = timezone.now()
    words = dict.fromkeys(Competition.FILLED_IN, "") | {
        "name": "Hội thi khoa học kĩ thuật",
        "summary": "Cấp thành phố.",
    }
    given = {"code": "KHKT-2026", "opens_at": now - timedelta(days=1), "closes_at": now + timedelta(days=days), **more}
    return competitions.create_competition(
        rule_set=rule_set, school_year=make_year(), words=words, by=by, key=new_key(), **given
    )
