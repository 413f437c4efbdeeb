"""Rosters: who sees which import, what the roll knows around some lines, and the rows of a preview."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from wagtail.models import ModelLogEntry

from programs.core.locking import all_locked
from programs.core.models import SchoolYear
from programs.core.text import fold
from programs.pupils.choices import is_shared_register
from programs.pupils.models import ClassGroup, Enrolment, Pupil
from programs.rosters import rules
from programs.rosters.choices import RowDecision, RowOutcome
from programs.rosters.models import RosterImport, RosterRow
from programs.schools.choices import ImportState
from programs.schools.models import School, SchoolAlias, SchoolName
from programs.schools.queries.roles import roles_of
from programs.schools.rules import COORDINATING

BATCH = 500
PUPIL_ACTS = ("pupil.leave", "pupil.return", "pupil.merge")


def fact(name: str) -> Cast:
    """One fact of a row as plain text, which both databases compare, group and search alike."""
    return Cast(KeyTextTransform(name, "facts"), TextField())


# --- Imports --------------------------------------------------------------------------------------
def schools_with_rosters(user) -> list[School]:
    """The working schools whose roll the person looks after."""
    return [school for school in roles_of(user).schools_as(*COORDINATING) if school.is_working]


def rosters_visible_to(user) -> QuerySet[RosterImport]:
    """Imports of the schools that the person coordinates; teachers and officers see none."""
    mine = [school.pk for school in schools_with_rosters(user)]
    return RosterImport.objects.filter(school__in=mine).select_related("school", "school_year", "uploaded_by", "job")


def years_to_import(today) -> list[SchoolYear]:
    """The current school year and later ones; the past is not rewritten."""
    current = SchoolYear.objects.filter(starts_on__lte=today).order_by("-starts_on").first()
    return list(SchoolYear.objects.filter(starts_on__gte=current.starts_on if current else today).order_by("starts_on"))


def same_file(school: School, file_hash: str) -> RosterImport | None:
    """The latest import of this very file for the school, dropped ones aside; applied ones first."""
    found = RosterImport.objects.filter(school=school, file_hash=file_hash).exclude(state=ImportState.CANCELLED)
    return (
        found.filter(state=ImportState.APPLIED).select_related("uploaded_by").first()
        or found.select_related("uploaded_by").first()
    )


def strange_since(roster: RosterImport, moment: datetime) -> int:
    """How many numbers of other schools' children the school's other lists named since ``moment``."""
    others = RosterImport.objects.filter(school=roster.school_id, created_at__gte=moment).exclude(pk=roster.pk)
    return sum(counts.get("strange", 0) for counts in others.values_list("counts", flat=True))


def roll_changed_since(school: School, moment: datetime) -> bool:
    """Whether the school's pupils or classes were changed by a person or another import after ``moment``."""
    if RosterImport.objects.filter(school=school, applied_at__gt=moment).exists():
        return True
    acts = ModelLogEntry.objects.filter(timestamp__gt=moment)
    school_acts = acts.filter(
        content_type=ContentType.objects.get_for_model(School), object_id=str(school.pk), action="school.promote"
    )
    pupils = Pupil.objects.filter(school=school).annotate(key=Cast("pk", CharField())).values("key")
    pupil_acts = acts.filter(
        content_type=ContentType.objects.get_for_model(Pupil), action__in=PUPIL_ACTS, object_id__in=pupils
    )
    return school_acts.exists() or pupil_acts.exists()


def waiting_rosters(user) -> QuerySet[RosterImport]:
    """Imports that wait for the coordinator."""
    if not schools_with_rosters(user):
        return RosterImport.objects.none()
    still = (ImportState.UPLOADED, ImportState.READY, ImportState.FAILED)
    return rosters_visible_to(user).filter(state__in=still)


# What an import must not bring back in silence: a later wing knows it.
ERASED: list[Callable[..., frozenset[str]]] = []


def erased_among(identifiers: Iterable[str], *, school_id: int, source: str) -> frozenset[str]:
    """Those of ``identifiers`` whose pupil was erased on request."""
    wanted = list(identifiers)
    return frozenset().union(*(find(wanted, school_id=school_id, source=source) for find in ERASED))


# --- The roll around some lines -------------------------------------------------------------------
def roll_around(lines: Iterable[dict], *, school_id: int, source: str, year_id: int, lock: bool = False) -> rules.Roll:
    """Everything that judging these lines (their facts) takes, in five queries however many they are, two more to lock."""
    identifiers = {facts["external_id"] for facts in lines if facts.get("external_id")}
    keys = {rules.name_key(facts["full_name"])[:200] for facts in lines if facts.get("full_name")}
    read = all_locked if lock else list
    living = Pupil.objects.filter(erased_at__isnull=True)
    mine = living.filter(Q(external_id__in=identifiers) | Q(search_key__in=keys, left_on__isnull=True))
    mine = read(mine.filter(school_id=school_id).select_related("merged_into").order_by("pk"))
    survivors = {pupil.merged_into_id for pupil in mine if pupil.merged_into_id}
    places = _places_of({pupil.pk for pupil in mine} | survivors, school_id, year_id)
    here, alike = defaultdict(list), defaultdict(list)
    for pupil in mine:
        known = _on_roll(pupil.merged_into or pupil, places, under_old=pupil.merged_into_id is not None)
        if known.school_id != school_id:
            continue
        here[pupil.external_id].append(_with_source(known, pupil.source))
        if pupil.merged_into_id is None and pupil.left_on is None and known.birth_date:
            alike[(rules.name_key(pupil.full_name), known.birth_date)].append(known)
    elsewhere = defaultdict(list)
    if is_shared_register(source):
        others = living.filter(source=source, external_id__in=identifiers, merged_into__isnull=True)
        for pupil in read(others.exclude(school_id=school_id)):
            elsewhere[pupil.external_id].append(_on_roll(pupil, {}))
    erased = erased_among(identifiers, school_id=school_id, source=source)
    return rules.Roll(here=here, alike=alike, elsewhere=elsewhere, erased=erased)


def _with_source(known: rules.OnRoll, source: str) -> rules.OnRoll:
    """A merged record is found under its own register, whatever the surviving one says."""
    return rules.OnRoll(**{**known.__dict__, "source": source}) if known.under_old_identifier else known


def _on_roll(pupil: Pupil, places: dict, *, under_old: bool = False) -> rules.OnRoll:
    class_name, class_year_id = places.get(pupil.pk, ("", None))
    return rules.OnRoll(
        pk=pupil.pk,
        school_id=pupil.school_id,
        source=pupil.source,
        external_id=pupil.external_id,
        full_name=pupil.full_name,
        given_name=pupil.given_name,
        birth_date=pupil.birth_date.isoformat() if pupil.birth_date else "",
        gender=pupil.gender,
        guardian_name=pupil.guardian_name,
        guardian_phone=pupil.guardian_phone,
        left_on=pupil.left_on.isoformat() if pupil.left_on else "",
        class_name=class_name,
        class_year_id=class_year_id,
        under_old_identifier=under_old,
    )


def _places_of(pupil_ids: set[int], school_id: int, year_id: int) -> dict[int, tuple[str, int]]:
    """Pupil → class and year now; of several open places the one in ``year_id``, else the latest."""
    rows = Enrolment.objects.not_over().filter(pupil_id__in=pupil_ids, class_group__school_id=school_id)
    rows = rows.order_by("class_group__school_year__starts_on", "pk")
    places: dict[int, tuple[str, int]] = {}
    for pupil_id, name, year in rows.values_list("pupil_id", "class_group__name", "class_group__school_year_id"):
        if places.get(pupil_id, ("", None))[1] != year_id:
            places[pupil_id] = (name, year)
    return places


# --- Rows of a preview ----------------------------------------------------------------------------
def batches_of(rows: QuerySet[RosterRow]) -> Iterator[list[RosterRow]]:
    """The rows in their order, some hundred at a time: memory does not grow with the file."""
    for sheet in list(rows.order_by("sheet").values_list("sheet", flat=True).distinct()):
        last = 0
        while batch := list(rows.filter(sheet=sheet, line__gt=last).order_by("line")[:BATCH]):
            yield batch
            last = batch[-1].line


def counts_of(roster: RosterImport) -> dict[str, int]:
    """Rows by outcome; those that are already in the portal are counted as such."""
    found = dict.fromkeys(RowOutcome.values, 0)
    rows = RosterRow.objects.filter(roster=roster).values("outcome").annotate(number=Count("pk")).order_by()
    return found | {row["outcome"]: row["number"] for row in rows}


def figures_of(roster: RosterImport) -> dict[str, int]:
    """What importing now would do: rows to add, to change, unchanged, left out, undecided, of use."""
    open_rows = RosterRow.objects.filter(roster=roster, applied_at__isnull=True)
    rows = open_rows.values("outcome", "decision").annotate(number=Count("pk")).order_by()
    counted = {(row["outcome"], row["decision"]): row["number"] for row in rows}

    def decided(decision: str) -> int:
        return counted.get((RowOutcome.DECIDE, decision), 0)

    figures = {
        "add": counted.get((RowOutcome.ADD, ""), 0) + decided(RowDecision.NEW),
        "change": counted.get((RowOutcome.CHANGE, ""), 0) + decided(RowDecision.SAME_PERSON),
        "same": counted.get((RowOutcome.SAME, ""), 0),
        "refused": counted.get((RowOutcome.REFUSED, ""), 0),
        "skipped": decided(RowDecision.SKIP),
        "undecided": decided(""),
    }
    return figures | {"useful": figures["add"] + figures["change"]}


def rows_shown(
    roster: RosterImport, *, outcome: str = "", text: str = "", remarks_only: bool = False, question: str = ""
) -> QuerySet[RosterRow]:
    rows = RosterRow.objects.filter(roster=roster)
    if outcome:
        rows = rows.filter(outcome=outcome)
    if question:
        rows = rows.annotate(question_asked=fact("question")).filter(question_asked=question)
    if remarks_only:
        rows = rows.exclude(notes=[])
    for word in fold(text).split():
        rows = rows.annotate(search=fact("search")).filter(search__contains=word)
    return rows.order_by("sheet", "line")


def questions_of(roster: RosterImport) -> dict[str, int]:
    """Question → the number of rows that still wait for an answer to it."""
    rows = RosterRow.objects.filter(roster=roster, outcome=RowOutcome.DECIDE, decision="", applied_at__isnull=True)
    rows = rows.annotate(asked=fact("question")).values("asked")
    return {row["asked"]: row["number"] for row in rows.annotate(number=Count("pk")).order_by("asked")}


def repeated(roster: RosterImport, key: str, *, among: Q) -> Iterator[str]:
    """Values of the fact ``key`` that occur in more than one row."""
    rows = RosterRow.objects.filter(among, roster=roster).annotate(value=fact(key))
    rows = rows.exclude(value=None).exclude(value="").values("value").annotate(number=Count("pk"))
    return rows.filter(number__gt=1).order_by().values_list("value", flat=True).iterator(chunk_size=BATCH)


def rows_with_fact(roster: RosterImport, key: str, values: list[str]) -> QuerySet[RosterRow]:
    rows = RosterRow.objects.filter(roster=roster).annotate(value=fact(key))
    return rows.filter(value__in=values).order_by("sheet", "line")


def new_class_names(roster: RosterImport) -> list[str]:
    """Classes of the file that the school does not have in this school year yet."""
    rows = RosterRow.objects.filter(roster=roster, applied_at__isnull=True).exclude(outcome=RowOutcome.REFUSED)
    named = rows.annotate(name=fact("class_name")).values_list("name", flat=True)
    wanted = set(named.exclude(name=None).exclude(name="").distinct().order_by())
    known = ClassGroup.objects.filter(school=roster.school_id, school_year=roster.school_year_id)
    return sorted(wanted - set(known.values_list("name", flat=True)))


def pupils_not_in_file(roster: RosterImport) -> QuerySet[Pupil]:
    """Who is on the roll (of the class, if the file is of one) and in no row of this file, or in it as having left."""
    # Not Exists(): SQLite would look through all rows of the file for every pupil of the roll.
    said_gone = Q(outcome=RowOutcome.REFUSED, facts__why=rules.LEFT)
    named = RosterRow.objects.filter(~said_gone, roster=roster, pupil__isnull=False).values("pupil")
    on_roll = Pupil.objects.filter(school=roster.school_id, left_on=None, erased_at=None, merged_into=None)
    pupils = on_roll.exclude(pk__in=named)
    if class_name := roster.options.get("class_name"):
        in_class = Enrolment.objects.in_force().filter(
            pupil=OuterRef("pk"),
            class_group__name=class_name,
            class_group__school=roster.school_id,
        )
        pupils = pupils.filter(Exists(in_class))
    return pupils.order_by("sort_key", "pk")


def applied_counts(roster: RosterImport) -> dict[str, int]:
    """What has reached the roll by this import, by what became of the row."""
    rows = RosterRow.objects.filter(roster=roster, applied_at__isnull=False).values("outcome").order_by()
    counted = {row["outcome"]: row["number"] for row in rows.annotate(number=Count("pk"))}
    return {outcome: counted.get(outcome, 0) for outcome in (RowOutcome.ADD, RowOutcome.CHANGE, RowOutcome.SAME)}


def left_out(roster: RosterImport) -> QuerySet[RosterRow]:
    """Rows that are not on the roll: they could not be used, were decided against, or still wait."""
    return RosterRow.objects.filter(roster=roster, applied_at__isnull=True).order_by("sheet", "line")


def understood(roster: RosterImport) -> dict[str, list]:
    """What the file was understood to say: pupils by class (an empty name: without one), by sheet, reasons."""
    rows = RosterRow.objects.filter(roster=roster).annotate(named=fact("class_name"), reason=fact("why"))
    groups = rows.values_list("sheet", "outcome", "named", "reason").annotate(number=Count("pk")).order_by()
    classes: Counter[str] = Counter()
    sheets: Counter[int] = Counter()
    reasons: Counter[str] = Counter()
    for sheet, outcome, named, reason, number in groups:
        sheets[sheet] += number
        if outcome == RowOutcome.REFUSED:
            reasons[reason or ""] += number
        else:
            classes[named or ""] += number
    return {
        "classes": sorted(classes.items(), key=lambda item: rules.class_order(item[0])),
        "sheets": sorted(sheets.items()),
        "left_out": reasons.most_common(),
    }


def spellings_of(school: School) -> list[str]:
    """How a list may name the school: by its name and its code, and by those of before."""
    codes = SchoolAlias.objects.filter(school=school).values_list("code", flat=True)
    names = SchoolName.objects.filter(school=school).values_list("name", flat=True)
    return [school.name, school.code, *codes, *names]


# --- Pupils between two schools -------------------------------------------------------------------
def _asking(rows: QuerySet[RosterRow]) -> QuerySet[RosterRow]:
    waiting = rows.filter(outcome=RowOutcome.DECIDE, decision="", applied_at__isnull=True)
    return (
        waiting.annotate(asked=fact("question")).filter(asked=rules.ELSEWHERE).annotate(identifier=fact("external_id"))
    )


def _on_other_rolls(roster: RosterImport) -> QuerySet[Pupil]:
    """Pupils of other schools whose identifiers are in this import's waiting rows."""
    identifiers = _asking(RosterRow.objects.filter(roster=roster)).values("identifier")
    pupils = Pupil.objects.filter(source=roster.source, external_id__in=identifiers, erased_at__isnull=True)
    return pupils.filter(left_on__isnull=True, merged_into__isnull=True).exclude(school=roster.school_id)


def asked_of(roster: RosterImport) -> list[tuple[School, int]]:
    """The schools that have the pupils of the waiting rows on their rolls, with their numbers."""
    counted = _on_other_rolls(roster).values("school").annotate(number=Count("pk")).order_by("school")
    numbers = {row["school"]: row["number"] for row in counted}
    return [(school, numbers[school.pk]) for school in School.objects.filter(pk__in=numbers).order_by("pk")]


def _imports_that_wait() -> QuerySet[RosterImport]:
    return RosterImport.objects.filter(applied_at__isnull=False, counts__waiting__gt=0)


def pupils_asked_for(school: School) -> QuerySet[Pupil]:
    """The school's own pupils who are on a list that another school has imported."""
    wanted = Q(pk__in=[])
    for roster in _imports_that_wait().exclude(school=school):
        wanted |= Q(pk__in=_on_other_rolls(roster).filter(school=school).values("pk"))
    return Pupil.objects.filter(wanted, school=school).order_by("sort_key", "pk")


def schools_asked(user) -> list[tuple[School, int]]:
    """The person's schools with the number of pupils whom other schools expect; most days one query says nobody."""
    mine = schools_with_rosters(user)
    if not mine or not _imports_that_wait().exists():
        return []
    numbers = [(school, pupils_asked_for(school).count()) for school in mine]
    return [(school, number) for school, number in numbers if number]


def rosters_waiting_for(pupils: Iterable[Pupil]) -> list[RosterImport]:
    """Imports of other schools in which one of these pupils waits to be released."""
    released = list(pupils)
    schools = {pupil.school_id for pupil in released}
    found = []
    for roster in _imports_that_wait().exclude(school__in=schools).select_related("uploaded_by", "school"):
        identifiers = [pupil.external_id for pupil in released if pupil.source == roster.source]
        if _asking(RosterRow.objects.filter(roster=roster)).filter(identifier__in=identifiers).exists():
            found.append(roster)
    return found
