"""What other wings may add: who needs a second factor, as conditions on ``User``."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Q

Condition = Callable[[], Q]


def _runs_the_portal() -> Q:
    return Q(is_staff=True) | Q(is_superuser=True)


NEEDS_SECOND_FACTOR: list[Condition] = [_runs_the_portal]


def require_second_factor(condition: Condition) -> Condition:
    """Register ``condition``: everyone who meets it must have a second factor."""
    NEEDS_SECOND_FACTOR.append(condition)
    return condition
