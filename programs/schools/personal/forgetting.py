"""How the schools wing forgets a person. Rows that count somebody stay, without the somebody."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.files.storage import storages
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.core.audit import reasons_of
from programs.core.personal import Erasure, Subject, delete_files, forgets, stands_in_the_way
from programs.schools.choices import ConsentState, ImportState
from programs.schools.models import (
    Consent,
    DataRequest,
    Enrolment,
    GuardianLink,
    Membership,
    OfficerPost,
    Pupil,
    RosterImport,
    RosterRow,
    SchoolClaim,
    SchoolListImport,
)
from programs.schools.personal.telling import claims_of, invitations_of
from programs.schools.rules.rights import erased_identifier

FORMER_PUPIL = "Học sinh đã xóa dữ liệu"
FORMER_STAFF = "Nhân sự đã xóa dữ liệu"
FINISHED = (ImportState.APPLIED, ImportState.CANCELLED, ImportState.FAILED)


@forgets("programs.Pupil", "programs.Enrolment")
def forget_pupil(subject: Subject) -> Iterator[Erasure]:
    pupils = Pupil.objects.filter(pk__in=subject.pupil_ids, erased_at__isnull=True)
    yield Erasure(
        label=_("Pupil's record"),
        count=pupils.count(),
        outcome=Erasure.PSEUDONYMISED,
        why=_("Name, date of birth, identifier and guardian go. The row and the gender stay, so that totals stay."),
        carry_out=lambda: _empty_pupils(pupils),
    )
    yield Erasure(
        label=_("Places in classes"),
        count=Enrolment.objects.filter(pupil__in=subject.pupil_ids).count(),
        outcome=Erasure.KEPT,
        why=_("They count a pupil without a name."),
    )


def _empty_pupils(pupils: QuerySet[Pupil]) -> None:
    reasons_of(pupils).delete()
    for pupil in pupils.select_for_update():
        pupil.external_id = erased_identifier(
            school_id=pupil.school_id, source=pupil.source, external_id=pupil.external_id
        )
        pupil.full_name, pupil.given_name = FORMER_PUPIL, ""
        pupil.birth_date = pupil.user = None
        pupil.guardian_name = pupil.guardian_phone = ""
        pupil.erased_at = timezone.now()
        pupil.save()


@forgets("programs.Consent", "programs.GuardianLink")
def forget_consents(subject: Subject) -> Iterator[Erasure]:
    consents = Consent.objects.filter(pupil__in=subject.pupil_ids)
    named = consents.exclude(given_by_name="", relation="", evidence_path="") | consents.filter(
        state=ConsentState.GIVEN
    )
    keys = list(named.values_list("pk", flat=True))
    yield Erasure(
        label=_("Consents"),
        count=len(keys),
        outcome=Erasure.PSEUDONYMISED,
        why=_(
            "Who gave them and the scanned forms go; each counts as withdrawn. That they existed is part of the proof."
        ),
        carry_out=lambda: _empty_consents(keys),
    )
    links = GuardianLink.objects.filter(pupil__in=subject.pupil_ids)
    yield Erasure(
        label=_("Links given to a guardian"),
        count=links.count(),
        outcome=Erasure.REMOVED,
        why=_("They open nothing any more."),
        carry_out=links.delete,
    )


def _empty_consents(keys: list[int]) -> None:
    consents = Consent.objects.filter(pk__in=keys)
    paths = set(consents.exclude(evidence_path="").values_list("evidence_path", flat=True))
    now = timezone.now()
    given = consents.filter(state=ConsentState.GIVEN)
    given.update(state=ConsentState.WITHDRAWN, withdrawn_at=now, changed_at=now)
    consents.update(given_by_name="", relation="", evidence_path="")
    reasons_of(consents).delete()
    # One scan may prove the consents of a whole class: it goes when nobody's consent rests on it any more.
    shared = set(Consent.objects.filter(evidence_path__in=paths).values_list("evidence_path", flat=True))
    delete_files(storages["private"], paths - shared)


@forgets("programs.RosterRow", "programs.RosterImport", "programs.SchoolListImport")
def forget_rosters(subject: Subject) -> Iterator[Erasure]:
    rows = _roster_rows(subject).exclude(values={}, facts={}, changes={})
    keys = list(rows.values_list("pk", flat=True))
    rosters = list(rows.values_list("roster", flat=True).distinct())
    yield Erasure(
        label=_("Lines of the school's spreadsheets"),
        count=len(keys),
        outcome=Erasure.PSEUDONYMISED,
        why=_("What the line said goes; that the file had this line stays."),
        carry_out=lambda: _empty_rows(keys),
    )
    files = RosterImport.objects.filter(pk__in=rosters).exclude(file_path="")
    closed = list(files.filter(state__in=FINISHED).values_list("pk", "file_path"))
    yield Erasure(
        label=_("Uploaded spreadsheets that contain this person"),
        count=len(closed),
        outcome=Erasure.REMOVED,
        why=_("The import is over, so the file is of no more use."),
        carry_out=lambda: _drop_files(closed),
    )
    yield Erasure(
        label=_("Uploaded spreadsheets of an import that is not finished"),
        count=files.exclude(state__in=FINISHED).count(),
        outcome=Erasure.KEPT,
        why=_("The school still works on the import; the file goes with the nightly clearing after it."),
    )
    yield Erasure(
        label=_("Imports that this person uploaded"),
        count=RosterImport.objects.filter(uploaded_by=subject.user_id).count()
        + SchoolListImport.objects.filter(uploaded_by=subject.user_id).count(),
        outcome=Erasure.KEPT,
        why=_("They point at an account without a name."),
    )


def _roster_rows(subject: Subject) -> QuerySet[RosterRow]:
    """Lines that became this pupil, and staged ones of the same school with the pupil's identifier."""
    rows = Q(pupil__in=subject.pupil_ids)
    for school, external_id in Pupil.objects.filter(pk__in=subject.pupil_ids).values_list("school", "external_id"):
        rows |= Q(roster__school=school, facts__external_id=external_id)
    return RosterRow.objects.filter(rows)


def _empty_rows(keys: list[int]) -> None:
    RosterRow.objects.filter(pk__in=keys).update(values={}, facts={}, changes={}, notes=[])


def _drop_files(files: list[tuple[int, str]]) -> None:
    RosterImport.objects.filter(pk__in=[pk for pk, _path in files]).update(file_path="")
    delete_files(storages["private"], [path for _pk, path in files])


@forgets("programs.DataRequest")
def forget_requests(subject: Subject) -> Iterator[Erasure]:
    about = Q(pupil__in=subject.pupil_ids)
    if subject.user_id:
        about |= Q(person=subject.user_id)
    worded = DataRequest.objects.filter(about).exclude(requester_name="", text="", answer="")
    keys = list(worded.values_list("pk", flat=True))
    yield Erasure(
        label=_("Requests about the data"),
        count=len(keys),
        outcome=Erasure.PSEUDONYMISED,
        why=_("Names and words go; kind, dates and outcome stay as proof that the law was kept."),
        carry_out=lambda: empty_requests(DataRequest.objects.filter(pk__in=keys)),
    )


@forgets("programs.Membership", "programs.OfficerPost", "programs.Invitation", "programs.SchoolClaim")
def forget_roles(subject: Subject) -> Iterator[Erasure]:
    yield Erasure(
        label=_("Roles in schools and offices"),
        count=Membership.objects.filter(user=subject.user_id).count()
        + OfficerPost.objects.filter(user=subject.user_id).count(),
        outcome=Erasure.KEPT,
        why=_("What was done in a role stays traceable to one former member of staff, without the name."),
    )
    invitations = invitations_of(subject)
    yield Erasure(
        label=_("Invitations"),
        count=invitations.count(),
        outcome=Erasure.REMOVED,
        why=_("They only served to open the account."),
        carry_out=invitations.delete,
    )
    claims = list(claims_of(subject).exclude(email="").values_list("pk", flat=True))
    yield Erasure(
        label=_("Registrations of a school"),
        count=len(claims),
        outcome=Erasure.PSEUDONYMISED,
        why=_("Name, address, telephone and message go; how the school was verified stays."),
        carry_out=lambda: empty_claims(claims),
    )


@stands_in_the_way
def current_role(user_id: int) -> str | None:
    if Membership.objects.current().filter(user=user_id).exists() or OfficerPost.objects.filter(user=user_id).exists():
        return _("The person still has a role in a school or an office: end it first.")
    return None


def empty_requests(requests: QuerySet[DataRequest]) -> None:
    """Names and words go, and what was written as the reason of a step."""
    reasons_of(requests).delete()
    requests.update(requester_name="", text="", answer="")


def empty_claims(keys: list[int]) -> None:
    claims = SchoolClaim.objects.filter(pk__in=keys)
    reasons_of(claims).delete()
    claims.update(full_name=FORMER_STAFF, position="", email="", phone="", message="", reason="")
