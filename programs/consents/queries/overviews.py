"""The consents of a class and of a school."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from programs.consents import rules
from programs.consents.choices import NO, ConsentGiver, ConsentPurpose, ConsentState
from programs.consents.models import Consent, ConsentText, GuardianLink
from programs.consents.queries.answers import state_for
from programs.consents.queries.in_force import current_texts, last_said
from programs.pupils.models import ClassGroup, Enrolment, Pupil
from programs.pupils.queries import pupils_of_class
from programs.schools.models import School
from programs.schools.queries.roles import roles_of


@dataclass(frozen=True)
class Cell:
    """One pupil and one purpose: ``given`` when it is in force, otherwise what prevents it."""

    purpose: str
    state: str
    label: str

    @property
    def in_force(self) -> bool:
        return self.state == ConsentState.GIVEN

    @property
    def purpose_label(self) -> str:
        return ConsentPurpose(self.purpose).label


@dataclass(frozen=True)
class Row:
    pupil: Pupil
    cells: list[Cell]
    link: GuardianLink | None

    @property
    def may_take_part(self) -> bool:
        return any(cell.purpose == ConsentPurpose.TAKE_PART and cell.in_force for cell in self.cells)


def overview_of_class(class_group: ClassGroup, *, day: date | None = None) -> list[Row]:
    """The class's pupils with each purpose; four queries, however many pupils."""
    return overview_of_pupils(list(pupils_of_class(class_group)), day=day)


def overview_of_pupils(pupils: list[Pupil], *, day: date | None = None) -> list[Row]:
    day = day or timezone.localdate()
    texts = current_texts(day)
    answers: dict[int, dict[tuple[str, str], Consent]] = defaultdict(dict)
    for consent in Consent.objects.filter(pupil__in=pupils).order_by("text_version"):
        answers[consent.pupil_id][consent.purpose, consent.giver] = consent
    live = GuardianLink.objects.filter(pupil__in=pupils, voided_at=None, expires_at__gt=timezone.now())
    links = {link.pupil_id: link for link in live.order_by("pk")}
    return [
        Row(
            pupil=pupil,
            cells=[_cell(pupil, purpose, texts.get(purpose), answers[pupil.pk], day) for purpose in ConsentPurpose],
            link=links.get(pupil.pk),
        )
        for pupil in pupils
    ]


def _cell(pupil: Pupil, purpose: str, text: ConsentText | None, answers: Mapping, day: date) -> Cell:
    if text is None:
        return Cell(purpose, "not_asked", pgettext("consent", "Not asked"))
    needed = sorted(rules.givers_needed(purpose, pupil.birth_date, day))
    states = {giver: state_for(text, answers.get((purpose, giver))) for giver in needed}
    given_by = [giver for giver, state in states.items() if state == ConsentState.GIVEN]
    every = {giver: answers[purpose, giver] for giver in ConsentGiver.values if (purpose, giver) in answers}
    said = {giver: row for giver, row in every.items() if row.state in NO or state_for(text, row) == row.state}
    if rules.is_in_force(purpose=purpose, pupil=pupil, said=said, day=day):
        return Cell(purpose, ConsentState.GIVEN, ConsentState.GIVEN.label)
    if set(given_by) == set(needed) and rules.waits_for_look(said):
        return Cell(purpose, ConsentState.ASKED, _("Waiting for the guardian to see the pupil's answer"))
    for state in (ConsentState.DISPUTED, ConsentState.WITHDRAWN, ConsentState.REFUSED):
        if state in states.values() or (len(given_by) == len(needed) and state in {row.state for row in said.values()}):
            return Cell(purpose, state, state.label)
    if not any((purpose, giver) in answers for giver in needed):
        return Cell(purpose, "not_asked", pgettext("consent", "Not asked"))
    return Cell(purpose, ConsentState.ASKED, _waiting_for([giver for giver in needed if giver not in given_by]))


def _waiting_for(givers: list[str]) -> str:
    if givers == [ConsentGiver.GUARDIAN]:
        return _("Waiting for the guardian")
    if givers == [ConsentGiver.PUPIL]:
        return _("Waiting for the pupil")
    return _("Waiting for both")


@dataclass
class Figures:
    """How many pupils there are, and for how many of them each purpose is in force."""

    pupils: int = 0
    in_force: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ConsentPurpose.values, 0))

    def add(self, purposes: Iterable[str]) -> None:
        self.pupils += 1
        for purpose in purposes:
            self.in_force[purpose] += 1

    @property
    def counts(self) -> list[tuple[str, int, int]]:
        """(label, in force, missing) of each purpose."""
        return [
            (purpose.label, self.in_force[purpose], self.pupils - self.in_force[purpose]) for purpose in ConsentPurpose
        ]


def figures_of_school(school: School, school_year, *, day: date | None = None) -> tuple[Figures, dict[int, Figures]]:
    """The whole school's figures and each class's, in two queries."""
    day = day or timezone.localdate()
    whole, by_class = Figures(), defaultdict(Figures)
    places = (
        Enrolment.objects.in_force(day)
        .filter(
            Q(pupil__left_on=None) | Q(pupil__left_on__gt=day),
            class_group__school=school,
            class_group__school_year=school_year,
        )
        .select_related("pupil")
    )
    said: dict[int, dict[str, dict[str, Consent]]] = defaultdict(lambda: defaultdict(dict))
    for consent in last_said(Consent.objects.filter(pupil__school=school), day):
        said[consent.pupil_id][consent.purpose][consent.giver] = consent
    for place in places:
        purposes = [
            purpose
            for purpose, heard in said[place.pupil_id].items()
            if rules.is_in_force(purpose=purpose, pupil=place.pupil, said=heard, day=day)
        ]
        whole.add(purposes)
        by_class[place.class_group_id].add(purposes)
    return whole, dict(by_class)


def withdrawn_lately(user, *, day: date | None = None) -> QuerySet[Consent]:
    """Withdrawals at the person's schools whose clock still runs."""
    day = day or timezone.localdate()
    since = day - timedelta(days=rules.DAYS_TO_STOP_WITH_PARTNERS)
    lately = Consent.objects.filter(state=ConsentState.WITHDRAWN, withdrawn_at__date__gte=since)
    return lately.filter(pupil__school__in=roles_of(user).own_school_ids).select_related("pupil__school")


def disputes_of(user) -> QuerySet[Consent]:
    """The disagreements of two guardians that the person settles: of their school, or of the class that they lead."""
    roles = roles_of(user)
    working = {school.pk: school for school in roles.working_schools}
    coordinated = [pk for pk, school in working.items() if roles.coordinates(school)]
    led = Enrolment.objects.in_force().filter(class_group__homeroom_teacher=user, class_group__school__in=working)
    asked = Q(pupil__school__in=coordinated) | Q(pupil__school__in=working, pupil__in=led.values("pupil"))
    disputed = Consent.objects.filter(asked, state=ConsentState.DISPUTED, pupil__erased_at=None)
    return disputed.select_related("pupil__school").order_by("changed_at", "pk")
