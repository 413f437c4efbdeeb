"""What the schools wing stores about a person, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import PurePath

from django.core.files.storage import storages
from django.db.models import Q
from django.utils.translation import gettext as _

from programs.core.personal import Fact, Section, StoredFile, Subject, hands_over, rows_of, tells
from programs.core.phones import show_phone
from programs.core.retention import kept_for
from programs.schools.models import (
    Consent,
    DataRequest,
    Enrolment,
    GuardianLink,
    Invitation,
    Membership,
    OfficerPost,
    Pupil,
    RosterImport,
    RosterRow,
    SchoolClaim,
    SchoolListImport,
)
from programs.schools.roster_words import FIELD_NAMES


@tells("programs.Pupil")
def pupil_record(subject: Subject) -> Iterator[Section]:
    yield Section(
        code="pupil",
        label=_("The pupil's record"),
        purpose=_("Knowing who takes part in visits and competitions, and whose name stands on a certificate."),
        source=_("The school's own register; the portal is never the origin."),
        kept=kept_for("schools.pupils"),
        rows=rows_of(Pupil.objects.filter(pk__in=subject.pupil_ids).select_related("school"), _of_pupil),
    )


def _of_pupil(pupil: Pupil) -> list[Fact]:
    return [
        Fact("full_name", _("Full name"), pupil.full_name),
        Fact("given_name", _("Given name"), pupil.given_name),
        Fact("birth_date", _("Date of birth"), pupil.birth_date),
        Fact("gender", _("Gender"), pupil.get_gender_display() if pupil.gender else None),
        Fact("school", _("School"), pupil.school.name),
        Fact("external_id", _("Identifier in the source"), pupil.external_id),
        Fact("source", _("Source"), pupil.source),
        Fact("imported", _("Taken over"), pupil.imported_at),
        Fact("guardian_name", _("Guardian"), pupil.guardian_name),
        Fact("guardian_phone", _("Guardian's telephone"), show_phone(pupil.guardian_phone)),
        Fact("left_on", _("Left the school on"), pupil.left_on),
    ]


@tells("programs.Enrolment")
def classes(subject: Subject) -> Iterator[Section]:
    rows = Enrolment.objects.filter(pupil__in=subject.pupil_ids).select_related("class_group__school_year")
    yield Section(
        code="classes",
        label=_("Classes"),
        purpose=_("So that a class can be booked, and its certificates carry the class."),
        source=_("The school's own register."),
        kept=kept_for("schools.pupils"),
        rows=rows_of(rows.order_by("started_on"), _of_enrolment),
    )


def _of_enrolment(row: Enrolment) -> list[Fact]:
    return [
        Fact("class", _("Class"), row.class_group.name),
        Fact("school_year", _("School year"), row.class_group.school_year.name),
        Fact("from", _("From"), row.started_on),
        Fact("until", _("Until"), row.ended_on),
    ]


@tells("programs.Consent")
def consents(subject: Subject) -> Iterator[Section]:
    yield Section(
        code="consents",
        label=_("Consents"),
        purpose=_("Proof of what was allowed, and from when it no longer is."),
        source=_("The pupil and the guardian; for a paper form, the school."),
        kept=kept_for("schools.pupils"),
        rows=rows_of(Consent.objects.filter(pupil__in=subject.pupil_ids).order_by("purpose", "pk"), _of_consent),
    )


def _of_consent(row: Consent) -> list[Fact]:
    return [
        Fact("purpose", _("Purpose"), row.get_purpose_display()),
        Fact("text_version", _("Version of the text"), row.text_version),
        Fact("giver", _("Who was asked"), row.get_giver_display()),
        Fact("state", _("State"), row.get_state_display()),
        Fact("given_by", _("Given by"), row.given_by_name),
        Fact("relation", _("Relation to the pupil"), row.relation),
        Fact("channel", _("Way"), row.get_channel_display() if row.channel else None),
        Fact("asked", _("Asked"), row.asked_at),
        Fact("given", _("Given"), row.given_at),
        Fact("withdrawn", _("Withdrawn"), row.withdrawn_at),
        Fact("scan", _("Scan of the paper form"), bool(row.evidence_path)),
    ]


@hands_over
def consent_forms(subject: Subject) -> Iterator[StoredFile]:
    """The signed forms, but no scan that shows other families' forms too: the school hands those over on paper."""
    shared = Consent.objects.exclude(pupil__in=subject.pupil_ids).values("evidence_path")
    rows = Consent.objects.filter(pupil__in=subject.pupil_ids).exclude(evidence_path="")
    rows = rows.exclude(evidence_path__in=shared)
    for path, purpose in rows.values_list("evidence_path", "purpose").distinct():
        yield stored_file("consents", f"{purpose}{PurePath(path).suffix}", path)


def stored_file(folder: str, name: str, key: str) -> StoredFile:
    """A file of private storage; one that is gone is empty rather than an error in the archive."""
    private = storages["private"]
    if not private.exists(key):
        return StoredFile(folder=folder, name=name, size=0, open=BytesIO)
    return StoredFile(folder=folder, name=name, size=private.size(key), open=lambda: private.open(key))


@tells("programs.GuardianLink")
def guardian_links(subject: Subject) -> Iterator[Section]:
    yield Section(
        code="guardian_links",
        label=_("Links given to a guardian"),
        purpose=_("A guardian's door to the pupil's consents and data, without an account."),
        source=_("The school."),
        kept=kept_for("schools.guardian_links"),
        rows=rows_of(GuardianLink.objects.filter(pupil__in=subject.pupil_ids), _of_link),
    )


def _of_link(row: GuardianLink) -> list[Fact]:
    return [
        Fact("guardian", _("Guardian"), row.guardian_name),
        Fact("relation", _("Relation to the pupil"), row.relation),
        Fact("made", _("Made"), row.created_at),
        Fact("expires", _("Expires"), row.expires_at),
        Fact("first_used", _("First used"), row.first_used_at),
        Fact("voided", _("Voided"), row.voided_at),
    ]


@tells("programs.DataRequest")
def data_requests(subject: Subject) -> Iterator[Section]:
    about = Q(pupil__in=subject.pupil_ids)
    if subject.user_id:
        about |= Q(person=subject.user_id)
    yield Section(
        code="data_requests",
        label=_("Requests about the data"),
        purpose=_("Answering them in time, and proof that it was done."),
        source=_("Who asked."),
        kept=kept_for("schools.data_requests"),
        rows=rows_of(DataRequest.objects.filter(about).order_by("received_at"), _of_request),
    )


def _of_request(row: DataRequest) -> list[Fact]:
    return [
        Fact("reference", _("Reference"), row.reference),
        Fact("kind", _("Kind"), row.get_kind_display()),
        Fact("state", _("State"), row.get_state_display()),
        Fact("asked_by", _("Asked by"), row.get_requester_display()),
        Fact("received", _("Received"), row.received_at),
        Fact("text", _("What is asked"), row.text),
        Fact("answer", _("Answer"), row.answer),
        Fact("due", _("Done by"), row.due_on),
        Fact("done", _("Done"), row.done_at),
    ]


@tells("programs.RosterImport", "programs.RosterRow")
def roster_rows(subject: Subject) -> Iterator[Section]:
    rows = RosterRow.objects.filter(pupil__in=subject.pupil_ids).select_related("roster").order_by("pk")
    yield Section(
        code="roster_rows",
        label=_("Lines of the school's spreadsheets"),
        purpose=_("Showing the school what an import would change before it does."),
        source=_("A spreadsheet of the school."),
        kept=kept_for("schools.roster_rows"),
        rows=rows_of(rows, _of_roster_row),
    )


def _of_roster_row(row: RosterRow) -> list[Fact]:
    values = "; ".join(f"{FIELD_NAMES.get(name, name)}: {value}" for name, value in row.values.items())
    return [
        Fact("import", _("Import"), row.roster.reference),
        Fact("day", _("Day"), row.roster.created_at),
        Fact("line", _("Row"), row.line),
        Fact("values", _("As it stood there"), values),
    ]


@tells("programs.Membership", "programs.OfficerPost")
def roles(subject: Subject) -> Iterator[Section]:
    memberships = Membership.objects.filter(user=subject.user_id).select_related("school").order_by("started_on")
    posts = OfficerPost.objects.filter(user=subject.user_id).prefetch_related("areas")
    yield Section(
        code="roles",
        label=_("Roles in schools and offices"),
        purpose=_("They decide what you may see and do."),
        source=_("The school or the authority that gave you the role."),
        kept=_("As long as the account exists: what was done in a role must stay traceable."),
        rows=rows_of(memberships, _of_membership) + rows_of(posts, _of_post),
    )


def _of_membership(row: Membership) -> list[Fact]:
    return [
        Fact("school", _("School"), row.school.name),
        Fact("role", _("Role"), row.get_role_display()),
        Fact("from", _("From"), row.started_on),
        Fact("until", _("Until"), row.ended_on),
    ]


def _of_post(row: OfficerPost) -> list[Fact]:
    areas = ", ".join(area.name for area in row.areas.all())
    return [
        Fact("role", _("Role"), row.get_role_display()),
        Fact("areas", _("Areas"), areas or _("the whole jurisdiction")),
    ]


@tells("programs.SchoolClaim", "programs.Invitation", "programs.SchoolListImport")
def papers(subject: Subject) -> Iterator[Section]:
    yield Section(
        code="registrations",
        label=_("Registrations and invitations"),
        purpose=_("How you came to your role."),
        source=_("Yourself, or the colleague who invited you."),
        kept=kept_for("schools.invitations"),
        rows=rows_of(claims_of(subject), _of_claim)
        + rows_of(invitations_of(subject), _of_invitation)
        + rows_of(SchoolListImport.objects.filter(uploaded_by=subject.user_id), _of_upload)
        + rows_of(RosterImport.objects.filter(uploaded_by=subject.user_id), _of_upload),
    )


def claims_of(subject: Subject) -> Iterable[SchoolClaim]:
    about = Q(email__in=subject.addresses)
    if subject.user_id:
        about |= Q(coordinator=subject.user_id)
    return SchoolClaim.objects.filter(about).select_related("school")


def invitations_of(subject: Subject) -> Iterable[Invitation]:
    return Invitation.objects.filter(email__in=subject.addresses).select_related("school")


def _of_claim(row: SchoolClaim) -> list[Fact]:
    return [
        Fact("school", _("School"), row.school.name),
        Fact("full_name", _("Full name"), row.full_name),
        Fact("position", _("Position"), row.position),
        Fact("email", _("E-mail"), row.email),
        Fact("phone", _("Telephone"), row.phone_shown),
        Fact("message", _("Message"), row.message),
        Fact("state", _("State"), row.get_state_display()),
        Fact("sent", _("Sent"), row.created_at),
    ]


def _of_invitation(row: Invitation) -> list[Fact]:
    return [
        Fact("school", _("School"), row.school.name),
        Fact("role", _("Role"), row.get_role_display()),
        Fact("full_name", _("Full name"), row.full_name),
        Fact("email", _("E-mail"), row.email),
        Fact("invited", _("Invited"), row.created_at),
        Fact("accepted", _("Accepted"), row.accepted_at),
    ]


def _of_upload(row: SchoolListImport | RosterImport) -> list[Fact]:
    return [
        Fact("reference", _("Reference"), row.reference),
        Fact("file", _("File that you uploaded"), row.file_name),
        Fact("day", _("Day"), row.created_at),
    ]
