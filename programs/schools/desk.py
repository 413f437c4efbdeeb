"""What the schools wing puts on a person's desk."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.core.desk import DeskLink, DeskStat, DeskTask
from programs.schools import queries
from programs.schools.choices import ClaimState
from programs.schools.rules import Standing


def tasks(user) -> list[DeskTask]:
    standing = queries.standing_of(user)
    return _claims_waiting(user, standing) + _staff_missing(standing) + _invitations_expired(standing)


def _claims_waiting(user, standing: Standing) -> list[DeskTask]:
    count = _waiting_for(user, standing)
    if not count:
        return []
    title = ngettext(
        "{count} school registration waits for your check", "{count} school registrations wait for your check", count
    )
    return [
        DeskTask(
            title=title.format(count=count),
            detail=_("A school can act only after its authority has verified the coordinator."),
            url=reverse("claim_queue"),
            action=_("Check"),
            weight=20,
        )
    ]


def _waiting_for(user, standing: Standing) -> int:
    if not (standing.is_department or standing.is_ward_officer):
        return 0
    return queries.claims_to_decide(user).filter(state=ClaimState.SUBMITTED).count()


def _staff_missing(standing: Standing) -> list[DeskTask]:
    """A new coordinator's first step."""
    alone = queries.schools_without_teachers(standing)
    return [
        DeskTask(
            title=_("Invite the teachers of {school}").format(school=school),
            detail=_("Teachers book visits and enter projects; so far nobody was invited."),
            url=reverse("staff_invite", args=[school.code]),
            action=_("Invite"),
            weight=40,
        )
        for school in alone
    ]


def _invitations_expired(standing: Standing) -> list[DeskTask]:
    return [
        DeskTask(
            title=_("The invitation to {name} has expired").format(name=invitation.full_name),
            detail=_("{email}, {school}").format(email=invitation.email, school=invitation.school),
            url=reverse("school_detail", args=[invitation.school.code]),
            action=_("Look"),
            weight=70,
        )
        for invitation in queries.expired_invitations(standing, now=timezone.now())[:3]
    ]


def stats(user) -> list[DeskStat]:
    standing = queries.standing_of(user)
    if not standing.is_officer:
        return []
    figures = queries.registration_figures(user)
    registered = _("{count} of {total}").format(count=figures["working"], total=figures["total"])
    return [DeskStat(registered, _("schools registered"), reverse("school_register"))]


def links(user) -> list[DeskLink]:
    standing = queries.standing_of(user)
    found = []
    for school in standing.working_schools:
        label = _("My school") if len(standing.working_schools) == 1 else school.name
        found.append(DeskLink(label, reverse("school_detail", args=[school.code]), weight=30))
    if standing.is_officer:
        found.append(DeskLink(_("Schools"), reverse("school_register"), weight=21))
    if standing.is_department or standing.is_ward_officer:
        found.append(
            DeskLink(_("School registrations"), reverse("claim_queue"), count=_waiting_for(user, standing), weight=20)
        )
    return found
