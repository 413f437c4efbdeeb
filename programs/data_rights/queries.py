"""Whose data it is, which requests are waiting, and for whom."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Case, F, Q, QuerySet, When
from django.utils import timezone

from programs.accounts.models import User
from programs.claims.models import SchoolClaim
from programs.consents.choices import ConsentGiver, ConsentPurpose, ConsentState
from programs.consents.models import Consent, GuardianLink
from programs.core.calendar import add_working_days
from programs.core.choices import JobState
from programs.core.models import Job
from programs.core.personal import Subject, obstacles_to_erasing
from programs.data_rights import rules
from programs.data_rights.choices import OPEN_REQUESTS, RequestKind, RequestState
from programs.data_rights.models import DataRequest
from programs.pupils import rules as pupil_rules
from programs.pupils.models import Pupil
from programs.schools.choices import WORKING_STATES, OfficeRole
from programs.schools.models import Membership, OfficerPost, School
from programs.schools.queries.roles import roles_of
from programs.schools.queries.schools import scope_of
from programs.schools.rules import COORDINATING, Roles

ARCHIVE_JOB = "schools.personal_archive"
ARCHIVE_LASTS = timedelta(hours=24)
CORRECTABLE = ("full_name", "given_name", "birth_date", "gender", "guardian_name", "guardian_phone")
UNANSWERED = (RequestState.RECEIVED, RequestState.IDENTIFIED)


# --- Whose data ---------------------------------------------------------------------------------
def records_of(pupil: Pupil) -> list[Pupil]:
    """All rows of the register that are the same child: the one that others were merged into, and those."""
    seen: dict[int, Pupil] = {}
    while pupil.merged_into_id and pupil.pk not in seen:
        seen[pupil.pk] = pupil
        pupil = pupil.merged_into
    found = {pupil.pk: pupil}
    layer = [pupil]
    while layer:
        layer = [row for row in Pupil.objects.filter(merged_into__in=layer) if row.pk not in found]
        found |= {row.pk: row for row in layer}
    return list(found.values())


def subject_of(*, pupil: Pupil | None = None, user: User | None = None) -> Subject:
    """One person with everything that is theirs: an account brings the pupil's record, a record its account."""
    if pupil is None and user is not None:
        pupil = Pupil.objects.filter(user=user).select_related("merged_into").first()
    records = records_of(pupil) if pupil else []
    user = user or next((row.user for row in records if row.user_id), None)
    claims = SchoolClaim.objects.filter(coordinator=user) if user else SchoolClaim.objects.none()
    addresses = (
        {user.email} | set(EmailAddress.objects.filter(user=user).values_list("email", flat=True)) if user else set()
    )
    guardians, their_phones = _guardians_of(records)
    return Subject(
        user_id=user.pk if user else None,
        pupil_ids=tuple(row.pk for row in records),
        names=_known({row.full_name for row in records} | guardians | ({user.full_name} if user else set())),
        addresses=_known(addresses | {claim.email for claim in claims}),
        phones=_known(their_phones | {claim.phone for claim in claims}),
    )


def subject_of_record(pupil: Pupil) -> Subject:
    """For the end of a record's time: an account that has become somebody's in another role stays.

    Of a record that was joined to another, the child lives on there: the name is nowhere taken out of what is theirs.
    """
    is_child = pupil.merged_into_id is None
    guardians, their_phones = _guardians_of([pupil])
    return Subject(
        user_id=None if obstacles_to_erasing(pupil.user_id) else pupil.user_id,
        pupil_ids=(pupil.pk,),
        names=_known({pupil.full_name} | guardians if is_child else set()),
        phones=_known(their_phones if is_child else set()),
        on_request=False,
    )


def _guardians_of(records: list[Pupil]) -> tuple[set[str], set[str]]:
    """Names and telephones of the guardians, without those that another child needs: brothers and sisters stay."""
    names = {row.guardian_name for row in records}
    names |= set(GuardianLink.objects.filter(pupil__in=records).values_list("guardian_name", flat=True))
    given = Consent.objects.filter(pupil__in=records, giver=ConsentGiver.GUARDIAN)
    names |= set(given.values_list("given_by_name", flat=True))
    phones = {row.guardian_phone for row in records} - {""}
    here = Pupil.objects.filter(school__in={row.school_id for row in records}, guardian_phone__in=phones)
    others = here.filter(erased_at__isnull=True).exclude(pk__in=[row.pk for row in records])
    siblings = list(others.values_list("guardian_name", "guardian_phone"))
    return names - {name for name, _phone in siblings}, phones - {phone for _name, phone in siblings}


def _known(values: set[str | None]) -> tuple[str, ...]:
    return tuple(sorted(value for value in values if value))


def identifiers_erased(identifiers: Iterable[str], *, school_id: int, source: str) -> frozenset[str]:
    """Those that were erased on request, here or at a school that became part of this one, also under the number of a
    joined record: an import must not bring them back in silence."""
    schools = [school_id, *School.objects.filter(merged_into=school_id).values_list("pk", flat=True)]
    marks = {
        pupil_rules.erased_identifier(school_id=school, source=source, external_id=each): each
        for school in schools
        for each in identifiers
    }
    done = Q(kind=RequestKind.ERASE, state=RequestState.DONE)
    asked = DataRequest.objects.filter(done, pupil__isnull=False).values("pupil")
    erased = Pupil.objects.filter(Q(pk__in=asked) | Q(merged_into__in=asked), external_id__in=marks)
    found = erased.filter(school__in=schools).values_list("external_id", flat=True)
    return frozenset(marks[mark] for mark in found)


def archive_of(user: User, *, now: datetime) -> Job | None:
    """The person's own archive that is being packed, or was packed within the last day."""
    jobs = Job.objects.filter(name=ARCHIVE_JOB, owner=user, created_at__gt=now - ARCHIVE_LASTS)
    return jobs.exclude(state=JobState.FAILED).order_by("-pk").first()


def erasure_job_of(request: DataRequest) -> Job | None:
    return Job.objects.filter(unique_key=f"erase:{request.pk}").first()


def correctable(request: DataRequest) -> dict[str, Any]:
    """What the request can correct, as it is stored: of the pupil's record, else the name of the account."""
    columns = CORRECTABLE if request.pupil else ("full_name",)
    return {name: getattr(request.about, name) for name in columns}


def is_access_running(pupil: Pupil) -> bool:
    """Whether a request to see the data runs, of somebody whose identity was checked."""
    running = DataRequest.objects.filter(pupil=pupil, kind=RequestKind.ACCESS)
    return running.filter(state__in=[RequestState.IDENTIFIED, RequestState.ANSWERED]).exists()


# --- Dates --------------------------------------------------------------------------------------
def date_after(day: date, limit: rules.Deadline) -> date:
    """The last day of ``limit`` when its clock starts on ``day``, which is not counted itself."""
    if limit.unit == "working":
        return add_working_days(day, limit.days)
    return day + timedelta(days=limit.days)


def has_partners(pupil: Pupil | None) -> bool:
    """Whether the pupil's data went to a partner, who then must act, too."""
    if pupil is None:
        return False
    shared = Consent.objects.filter(pupil=pupil, purpose=ConsentPurpose.PARTNER)
    return shared.filter(state__in=[ConsentState.GIVEN, ConsentState.WITHDRAWN, ConsentState.DISPUTED]).exists()


# --- Who sees what ------------------------------------------------------------------------------
def requests_to_handle(user) -> QuerySet[DataRequest]:
    """Requests of the schools that the person coordinates; for the department, those without a school at work."""
    roles = roles_of(user)
    mine = Q(school__in=[school.pk for school in roles.schools_as(*COORDINATING) if school.is_working])
    if roles.is_department:
        # A suspended school may not act, and the law's clock does not stop for it.
        idle = _overseen_by(roles).exclude(state__in=WORKING_STATES)
        mine |= Q(school__in=idle) | (Q(school__isnull=True) if roles.is_whole_department else Q(pk__in=[]))
    return DataRequest.objects.filter(mine).exclude(person=roles.user_id) if roles.user_id else _none()


def oversees(roles: Roles, school: School | None) -> bool:
    """Whether the department's post reaches this school; people without a school are for one without areas."""
    if not roles.is_department:
        return False
    return roles.is_whole_department if school is None else _overseen_by(roles).filter(pk=school.pk).exists()


def _overseen_by(roles: Roles) -> QuerySet[School]:
    return School.objects.filter(scope_of(OfficeRole.DEPARTMENT, roles.posts[OfficeRole.DEPARTMENT]))


def _none() -> QuerySet[DataRequest]:
    return DataRequest.objects.none()


def by_next_date(requests: QuerySet[DataRequest]) -> QuerySet[DataRequest]:
    """Order by the next legal deadline: late ones first."""
    unanswered = When(state__in=UNANSWERED, then=F("answer_by"))
    return requests.order_by(Case(unanswered, default=F("due_on")), "pk")


def late_requests(today: date) -> Q:
    return Q(state__in=UNANSWERED, answer_by__lt=today) | Q(state__in=OPEN_REQUESTS, due_on__lt=today)


def requests_visible_to(user) -> QuerySet[DataRequest]:
    """Those to handle; the department also sees the late ones of the schools in its scope, without the person."""
    roles = roles_of(user)
    if roles.user_id is None:
        return _none()
    seen = Q(pk__in=requests_to_handle(user).values("pk"))
    if roles.is_department:
        seen |= late_requests(timezone.localdate()) & Q(school__in=_overseen_by(roles))
    found = DataRequest.objects.filter(seen).exclude(person=roles.user_id)
    return found.select_related("school", "pupil", "person")


def requests_about(subject: Subject) -> QuerySet[DataRequest]:
    about = Q(pupil__in=subject.pupil_ids)
    if subject.user_id:
        about |= Q(person=subject.user_id)
    return DataRequest.objects.filter(about).order_by("-received_at", "-pk")


def has_same_open(*, pupil: Pupil | None, person: User | None, kind: str) -> bool:
    return DataRequest.objects.filter(pupil=pupil, person=person, kind=kind, state__in=OPEN_REQUESTS).exists()


def handler_school_of(*, pupil: Pupil | None, person: User | None) -> School | None:
    """A pupil's school; a teacher's only school, unless the person coordinates it themselves; else the department."""
    if pupil:
        return rules.handling_school(pupil.school) if _has_coordinator(pupil.school) else None
    roles = roles_of(person)
    schools = roles.schools
    if len(schools) != 1 or roles.coordinates(schools[0]) or roles.is_officer:
        return None
    return rules.handling_school(schools[0]) if _has_coordinator(schools[0]) else None


def _has_coordinator(school: School) -> bool:
    return Membership.objects.current().filter(school=school, role__in=COORDINATING).exists()


def handlers_of(request: DataRequest) -> list[User]:
    """Who is notified that a request is waiting."""
    if request.school_id and request.school.is_working:
        holders = Membership.objects.current().filter(school=request.school, role__in=COORDINATING)
        people = [row.user for row in holders.select_related("user")]
    else:
        posts = OfficerPost.objects.filter(role=OfficeRole.DEPARTMENT, user__is_active=True)
        people = [row.user for row in posts.select_related("user")]
        people = [person for person in people if oversees(roles_of(person), request.school)]
    return [person for person in people if person.pk != request.person_id]


def to_warn_of(today: date) -> list[tuple[DataRequest, str]]:
    """Requests whose date comes near or is past: (request, ``answer`` or ``due``)."""
    rows = DataRequest.objects.select_related("school").order_by("pk")
    answer = rows.filter(state__in=UNANSWERED, answer_by__lte=add_working_days(today, rules.WARN_BEFORE_ANSWER))
    due = rows.filter(state__in=OPEN_REQUESTS, due_on__lte=add_working_days(today, rules.WARN_BEFORE_DONE))
    return [(row, "answer") for row in answer] + [(row, "due") for row in due]


def open_data_requests(school: School) -> list[DataRequest]:
    return list(DataRequest.objects.filter(school=school, state__in=OPEN_REQUESTS).order_by("due_on", "pk"))
