"""Reads of the core."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from programs.core.models import Job

M = TypeVar("M", bound=Model)


def met_by_one(rows: QuerySet[M], *conditions: Q | None) -> QuerySet[M]:
    """``rows`` that meet at least one of ``conditions``; None is one that nothing can meet.

    Each is asked by itself, so that each may use its own index: an "or" over two tables reads both from end to end.
    """
    asked = [condition for condition in conditions if condition is not None]
    if len(asked) < 2:
        return rows.filter(*asked) if asked else rows.none()
    first, *others = (rows.model._base_manager.filter(condition).order_by().values("pk") for condition in asked)
    return rows.filter(pk__in=first.union(*others))


def held_by(name: str, keys: Collection[int]) -> Q | None:
    """The condition that ``name`` is one of ``keys``, or None where there are none."""
    return Q(**{f"{name}__in": keys}) if keys else None


def jobs_visible_to(user) -> QuerySet[Job]:
    """A person sees the progress of what they asked for themselves."""
    return Job.objects.filter(owner=user) if user.is_authenticated else Job.objects.none()
