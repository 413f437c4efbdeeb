"""The department writes a new version of the rules and publishes it; from then on nothing in it changes."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from programs.accounts.models import User
from programs.competitions.choices import RuleSetState
from programs.competitions.models import Criterion, ProjectField, Round, RuleSet, Slot
from programs.competitions.policy import may_run_competitions
from programs.competitions.queries import Part, contents_of, facts_of
from programs.competitions.rules import code_refusal, copy_refusal, draft_refusal, publication_refusal
from programs.core.audit import Code, record
from programs.core.idempotency import once
from programs.core.locking import all_locked, locked
from programs.core.policy import must
from programs.core.refusals import refuse_if
from programs.core.versions import refuse_if_stale


@transaction.atomic
def begin_version(*, rule_set_id: int, by: User) -> RuleSet:
    """Copy a version, with all its parts, as the draft of the next one.

    Raises PermissionDenied, and ``Refused("draft_exists")``.
    """
    must(may_run_competitions(by))
    source = RuleSet.objects.get(pk=rule_set_id)
    versions = all_locked(RuleSet.objects.filter(code=source.code))  # two who begin at once queue here
    refuse_if(copy_refusal([each for each in versions if each.is_draft]))
    highest = RuleSet.objects.filter(code=source.code).aggregate(highest=Max("version"))["highest"]
    draft = RuleSet.objects.create(code=source.code, version=highest + 1, **source.filled_in)
    draft.fields.set(source.fields.all())
    _copy_parts(source, draft)
    after = {"code": Code(draft.code), "version": draft.version, "copy_of": source.version}
    record(by=by, action="rule_set.copy", obj=draft, after=after)
    return draft


def _copy_parts(source: RuleSet, draft: RuleSet) -> None:
    Slot.objects.bulk_create(Slot(rule_set=draft, **slot.filled_in) for slot in source.slots.all())
    for each in source.rounds.all():
        copy = Round.objects.create(rule_set=draft, **each.filled_in)
        Criterion.objects.bulk_create(
            Criterion(**criterion.filled_in | {"round": copy}) for criterion in each.criteria.all()
        )


@transaction.atomic
def change_draft(
    *, rule_set_id: int, facts: dict[str, Any], fields: list[ProjectField], version: str, by: User
) -> RuleSet:
    """The same again changes nothing. Raises PermissionDenied, and ``Refused``: ``published``, ``changed_meanwhile``."""
    rule_set = _locked_draft(rule_set_id, by=by)
    before, wanted = facts_of(rule_set), facts | {"fields": fields}
    if changed := [name for name, value in wanted.items() if before[name] != value]:
        refuse_if_stale(version, before)
        for name, value in facts.items():
            setattr(rule_set, name, value)
        rule_set.save(update_fields=list(facts))
        rule_set.fields.set(fields)
        record(by=by, action="rule_set.change", obj=rule_set, after={"changed": changed})
    return rule_set


@transaction.atomic
@once("rule_set.part", returns=RuleSet)
def add_part(*, rule_set_id: int, part: str, values: dict[str, Any], by: User, key: str) -> RuleSet:
    """Add a document, a round or a criterion. Raises PermissionDenied, and ``Refused``: ``published``, ``code_taken``."""
    rule_set = _locked_draft(rule_set_id, by=by)
    new = _new_part(rule_set, part, values)
    _refuse_twice(rule_set, new)
    new.save(force_insert=True)
    record(by=by, action="rule_set.change", obj=rule_set, after={"added": Code(part)})
    return rule_set


@transaction.atomic
def change_part(*, part: Part, values: dict[str, Any], version: str, by: User) -> RuleSet:
    """Raises PermissionDenied, and ``Refused``: ``published``, ``code_taken``, ``changed_meanwhile``."""
    rule_set = _locked_draft(part.rule_set.pk, by=by)
    fresh = type(part)._default_manager.get(pk=part.pk)
    before = fresh.filled_in
    if changed := [name for name, value in values.items() if before[name] != value]:
        refuse_if_stale(version, before)
        for name, value in values.items():
            setattr(fresh, name, value)
        _refuse_twice(rule_set, fresh)
        fresh.save(update_fields=changed)
        record(by=by, action="rule_set.change", obj=rule_set, after={"changed": changed})
    return rule_set


@transaction.atomic
def remove_part(*, part: Part, by: User) -> RuleSet:
    """What is gone already is left so. Raises PermissionDenied, and ``Refused("published")``."""
    rule_set = _locked_draft(part.rule_set.pk, by=by)
    if type(part)._default_manager.filter(pk=part.pk).delete()[0]:
        record(by=by, action="rule_set.change", obj=rule_set, after={"removed": Code(part._meta.model_name)})
    return rule_set


@transaction.atomic
def publish_rule_set(*, rule_set_id: int, by: User) -> RuleSet:
    """From here on the database refuses every change. Raises PermissionDenied, and ``Refused``: ``published``,
    ``incomplete``."""
    rule_set = _locked_draft(rule_set_id, by=by)
    refuse_if(publication_refusal(contents_of(rule_set)))
    rule_set.state, rule_set.published_at = RuleSetState.PUBLISHED, timezone.now()
    rule_set.save(update_fields=["state", "published_at"])
    after = {"code": Code(rule_set.code), "version": rule_set.version, "state": rule_set.state}
    record(by=by, action="rule_set.publish", obj=rule_set, after=after)
    return rule_set


@transaction.atomic
def drop_draft(*, rule_set_id: int, by: User) -> None:
    """Delete a draft that nobody wants. Raises PermissionDenied, and ``Refused("published")``."""
    rule_set = _locked_draft(rule_set_id, by=by)
    record(by=by, action="rule_set.drop", obj=rule_set, before={"version": rule_set.version})
    rule_set.delete()


def _new_part(rule_set: RuleSet, part: str, values: dict[str, Any]) -> Part:
    """A criterion belongs to the round among its values; what is not of this rule set is no part of it."""
    if part == "criteria":
        must(values["round"].rule_set_id == rule_set.pk)
        return Criterion(**values)
    return Slot(rule_set=rule_set, **values) if part == "documents" else Round(rule_set=rule_set, **values)


def _locked_draft(rule_set_id: int, *, by: User) -> RuleSet:
    must(may_run_competitions(by))
    rule_set = locked(RuleSet.objects.all(), pk=rule_set_id)
    refuse_if(draft_refusal(rule_set))
    return rule_set


def _refuse_twice(rule_set: RuleSet, part: Part) -> None:
    """The code of a document, the number of a round, the code of a criterion on its sheet."""
    if isinstance(part, Slot):
        refuse_if(code_refusal(part.code, _others(rule_set.slots, part, "code")))
    elif isinstance(part, Round):
        refuse_if(code_refusal(str(part.number), _others(rule_set.rounds, part, "number"), field="number"))
    else:
        sheet = part.round.criteria.filter(kind=part.kind)
        refuse_if(code_refusal(part.code, _others(sheet, part, "code")))


def _others(rows: Any, part: Part, column: str) -> set[str]:
    return {str(value) for value in rows.exclude(pk=part.pk).values_list(column, flat=True)}
