"""Roles and invitations of a person: told, erased, purged."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from programs.core.personal import Subject, Text, Value, stands_in_the_way
from programs.core.personal_tables import Kind, erased, told
from programs.core.retention import retention_rule
from programs.schools.models import Invitation, Membership, OfficerPost, School, SchoolListImport


@retention_rule(
    "schools.list_files",
    label=_("Uploaded official lists of schools"),
    days=90,
    basis=_("The officer has the file itself; here it was only needed for the import."),
)
def list_files(limit: datetime) -> QuerySet[SchoolListImport]:
    return SchoolListImport.objects.filter(created_at__lt=limit)


@retention_rule(
    "schools.invitations",
    label=_("Invitations that were accepted, withdrawn or have expired"),
    days=90,
    basis=_("They were only needed to open an account."),
)
def ended_invitations(limit: datetime) -> QuerySet[Invitation]:
    return Invitation.objects.filter(
        Q(accepted_at__lt=limit) | Q(withdrawn_at__lt=limit) | Q(expires_at__lt=limit, accepted_at__isnull=True)
    )


def areas_in_words(post: OfficerPost, _subject: Subject) -> Value:
    return ", ".join(area.name for area in post.areas.all()) or _("the whole jurisdiction")


ROLES = Kind(
    code="roles",
    label=_("Roles in schools and offices"),
    purpose=_("They determine what you can see and do."),
    source=_("The school or the authority that gave you the role."),
    kept=_("As long as the account exists: what was done in a role must remain traceable."),
)


told(
    Membership,
    ROLES,
    "school",
    "role",
    ("from", _("From"), "started_on"),
    ("until", _("Until"), "ended_on"),
    order="started_on",
)


told(OfficerPost, ROLES, "role", ("areas", _("Areas"), areas_in_words))


REGISTRATIONS = Kind(
    code="registrations",
    label=_("Registrations and invitations"),
    purpose=_("How you got your role."),
    source=_("You, or the colleague who invited you."),
    kept="schools.invitations",
)


told(
    Invitation,
    REGISTRATIONS,
    "school",
    "role",
    "full_name",
    "email",
    ("invited", _("Invited"), "created_at"),
    ("accepted", _("Accepted"), "accepted_at"),
    order="-created_at",
)


UPLOAD = (
    ("reference", _("Reference"), "reference"),
    ("file", _("File you uploaded"), "file_name"),
    ("day", _("Day"), "created_at"),
)


told(SchoolListImport, REGISTRATIONS, *UPLOAD, order="-created_at")


FILES_NAMED = (_("Names of uploaded files that mention the name"), _("The name is removed from the file's name."))
erased(SchoolListImport, kept=_("Imports that this person uploaded"), masked=FILES_NAMED)


erased(School, masked=(_("Reasons why schools were suspended or closed"), _("The name is removed from the reason.")))


erased(Membership, kept=_("Roles in schools and offices"))


erased(OfficerPost, kept=_("Roles in schools and offices"))


erased(Invitation, removed=(_("Invitations"), _("They were only needed to open the account.")))


@stands_in_the_way
def current_role(user_id: int) -> Text | None:
    if Membership.objects.current().filter(user=user_id).exists() or OfficerPost.objects.filter(user=user_id).exists():
        return _("This person still has a role at a school or an office: end it first.")
    return None
