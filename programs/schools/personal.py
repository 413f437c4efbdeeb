"""Roles, registrations and invitations of a person: told, erased, purged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.core.files.storage import storages
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as translation_gettext_lazy

from programs.core.audit import reasons_of
from programs.core.personal import (
    Erasure,
    Fact,
    Section,
    Subject,
    delete_files,
    forgets,
    rows_of,
    stands_in_the_way,
    tells,
)
from programs.core.retention import retention_rule
from programs.schools.choices import ClaimState
from programs.schools.models import Invitation, Membership, OfficerPost, SchoolClaim, SchoolListImport


@tells("schools.Membership", "schools.OfficerPost")
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


def claims_of(subject: Subject) -> Iterable[SchoolClaim]:
    about = Q(email__in=subject.addresses)
    if subject.user_id:
        about |= Q(coordinator=subject.user_id)
    return SchoolClaim.objects.filter(about).select_related("school")


def invitations_of(subject: Subject) -> Iterable[Invitation]:
    return Invitation.objects.filter(email__in=subject.addresses).select_related("school")


FORMER_STAFF = "Nhân sự đã xóa dữ liệu"


@forgets("schools.Membership", "schools.OfficerPost", "schools.Invitation", "schools.SchoolClaim")
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


def empty_claims(keys: list[int]) -> None:
    claims = SchoolClaim.objects.filter(pk__in=keys)
    reasons_of(claims).delete()
    claims.update(full_name=FORMER_STAFF, position="", email="", phone="", message="", reason="")


def drop_uploads(rows: QuerySet) -> None:
    delete_files(storages["private"], rows.values_list("file_path", flat=True))
    rows.update(file_path="", file_name="")


@retention_rule(
    "schools.list_files",
    label=translation_gettext_lazy("Uploaded official lists of schools"),
    days=90,
    basis=translation_gettext_lazy("The officer has the file itself; here it only served the import."),
    purge=drop_uploads,
)
def list_files(limit: datetime) -> QuerySet[SchoolListImport]:
    return SchoolListImport.objects.filter(created_at__lt=limit).exclude(file_path="")


@retention_rule(
    "schools.invitations",
    label=translation_gettext_lazy("Invitations that were accepted, withdrawn or have expired"),
    days=90,
    basis=translation_gettext_lazy("They only served to open an account."),
)
def ended_invitations(limit: datetime) -> QuerySet[Invitation]:
    return Invitation.objects.filter(
        Q(accepted_at__lt=limit) | Q(withdrawn_at__lt=limit) | Q(expires_at__lt=limit, accepted_at__isnull=True)
    )


@retention_rule(
    "schools.refused_claims",
    label=translation_gettext_lazy("Names and addresses in registrations of schools that were refused"),
    days=90,
    basis=translation_gettext_lazy("Long enough for an objection; that the registration was refused stays known."),
    purge=lambda rows: empty_claims(list(rows.values_list("pk", flat=True))),
)
def refused_claims(limit: datetime) -> QuerySet[SchoolClaim]:
    refused = SchoolClaim.objects.filter(state=ClaimState.REFUSED, decided_at__lt=limit)
    return refused.exclude(full_name=FORMER_STAFF)
