"""A page's record: the facts that rules need. They stay with the draft and reach the record on publication."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

from django.db import transaction
from django.utils.translation import gettext as _

from programs.centres.models import FieldTrip
from programs.core.audit import Code
from programs.core.audit import record as audit
from programs.core.refusals import Refused
from programs.curricula.models import Curriculum


@dataclass(frozen=True, kw_only=True)
class CurriculumFacts:
    code: str
    form: str
    grade_from: int
    grade_to: int
    minutes: int
    group_size: int
    cost_vnd: int
    subjects: list[int]
    topics: list[int]


@dataclass(frozen=True, kw_only=True)
class FieldTripFacts:
    code: str
    centre: int
    grade_from: int
    grade_to: int
    minutes: int
    max_pupils: int
    pupils_per_adult: int
    price_vnd: int


def facts_from(facts_class: type, draft: dict):
    """The facts of a draft; refused if one is missing, because a rule would have to guess."""
    names = [field.name for field in fields(facts_class)]
    if any(draft.get(name) is None for name in names):
        raise Refused.because("facts_missing", _("Fill in the details before the page is published."), "code")
    return facts_class(**{name: draft[name] for name in names})


def facts_of_curriculum(curriculum: Curriculum) -> dict:
    plain = {
        field.name: getattr(curriculum, field.name)
        for field in fields(CurriculumFacts)
        if field.name not in {"subjects", "topics"}
    }
    return plain | {
        "subjects": sorted(curriculum.subjects.values_list("pk", flat=True)),
        "topics": sorted(curriculum.topics.values_list("pk", flat=True)),
    }


def facts_of_field_trip(trip: FieldTrip) -> dict:
    plain = {field.name: getattr(trip, field.name) for field in fields(FieldTripFacts) if field.name != "centre"}
    return plain | {"centre": trip.centre_id}


def keep_curriculum(*, curriculum: Curriculum | None, facts: CurriculumFacts, title: str, by) -> Curriculum:
    """Create the record or bring it up to date, with its audit row."""
    with transaction.atomic():
        before = facts_of_curriculum(curriculum) if curriculum else {}
        plain = asdict(facts)
        subjects, topics = plain.pop("subjects"), plain.pop("topics")
        kept = curriculum or Curriculum()
        for name, value in (plain | {"title": title}).items():
            setattr(kept, name, value)
        kept.save()
        kept.subjects.set(subjects)
        kept.topics.set(topics)
        _note(kept, "curriculum", before, asdict(facts), by)
    return kept


def keep_field_trip(*, trip: FieldTrip | None, facts: FieldTripFacts, title: str, by) -> FieldTrip:
    """Create the record or bring it up to date, with its audit row."""
    with transaction.atomic():
        before = facts_of_field_trip(trip) if trip else {}
        plain = asdict(facts)
        kept = trip or FieldTrip()
        kept.centre_id = plain.pop("centre")
        for name, value in (plain | {"title": title}).items():
            setattr(kept, name, value)
        kept.save()
        _note(kept, "field_trip", before, asdict(facts), by)
    return kept


def _note(kept, kind: str, before: dict, after: dict, by) -> None:
    if before != after:
        action = f"{kind}.{'change' if before else 'create'}"
        audit(by=by, action=action, obj=kept, before=_with_code(before), after=_with_code(after))


def _with_code(facts: dict) -> dict:
    return facts | {"code": Code(facts["code"])} if facts else {}
