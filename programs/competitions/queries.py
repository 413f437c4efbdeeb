"""Every read of the competitions wing; first of all, who sees what."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet

from programs.competitions.choices import CompetitionState, RuleSetState
from programs.competitions.models import Competition, Criterion, Round, RuleSet, Slot
from programs.competitions.rules import Contents
from programs.schools.queries.roles import roles_of

Part = Slot | Round | Criterion
PARTS: dict[str, type[Part]] = {"documents": Slot, "rounds": Round, "criteria": Criterion}


def competitions_visible_to(user) -> QuerySet[Competition]:
    """Announced competitions are public; department officers also see drafts."""
    competitions = Competition.objects.select_related("rule_set", "school_year")
    return competitions if roles_of(user).is_department else competitions.exclude(state=CompetitionState.DRAFT)


def rule_sets_visible_to(user) -> QuerySet[RuleSet]:
    """Published rules are public; department officers also see drafts."""
    rule_sets = RuleSet.objects.select_related("school_year")
    return rule_sets if roles_of(user).is_department else rule_sets.filter(state=RuleSetState.PUBLISHED)


def part_seen_by(user, rule_set: RuleSet, part: str, pk: int) -> Part | None:
    """A document, round or criterion of this rule set."""
    place = "round__rule_set" if part == "criteria" else "rule_set"
    parts = PARTS[part]._default_manager.select_related(place)
    return parts.filter(pk=pk, **{f"{place}__in": rule_sets_visible_to(user).filter(pk=rule_set.pk)}).first()


def facts_of(rule_set: RuleSet) -> dict[str, Any]:
    """What a rule set says apart from its documents and rounds."""
    return rule_set.filled_in | {"fields": list(rule_set.fields.all())}


def rule_sets_by_code(user) -> list[list[RuleSet]]:
    """Every kind of competition with its versions, the newest first."""
    found: dict[str, list[RuleSet]] = {}
    for rule_set in rule_sets_visible_to(user).order_by("code", "-version"):
        found.setdefault(rule_set.code, []).append(rule_set)
    return sorted(found.values(), key=lambda versions: versions[0].name)


def rule_sets_to_use() -> QuerySet[RuleSet]:
    return RuleSet.objects.filter(state=RuleSetState.PUBLISHED).order_by("name", "-version")


def contents_of(rule_set: RuleSet) -> Contents:
    """A rule set with all that belongs to it, in three queries."""
    criteria = Prefetch("criteria", queryset=Criterion.objects.order_by("kind", "position", "pk"))
    rounds: list[Round] = list(rule_set.rounds.prefetch_related(criteria))
    return Contents(
        rule_set=rule_set,
        slots=list(rule_set.slots.all()),
        rounds=rounds,
        criteria={each.pk: list(each.criteria.all()) for each in rounds},
    )
