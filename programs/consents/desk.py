"""What consents put on a person's desk."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.consents import rules
from programs.consents.choices import ConsentGiver
from programs.consents.queries.answers import questions_for
from programs.consents.queries.overviews import disputes_of, withdrawn_lately
from programs.core.desk import DeskLink, DeskTask
from programs.schools.queries.roles import roles_of


def tasks(user) -> list[DeskTask]:
    roles = roles_of(user)
    if roles.pupil:
        return _questions_of(roles.pupil)
    return _disputes(user) + _withdrawals(user) if roles.is_school_staff else []


def _questions_of(pupil) -> list[DeskTask]:
    still_open = sum(question.is_open for question in questions_for(pupil, ConsentGiver.PUPIL))
    if not still_open:
        return []
    title = ngettext(
        "{count} question is waiting for your answer", "{count} questions are waiting for your answers", still_open
    )
    return [
        DeskTask(
            title=title.format(count=still_open),
            detail=_("May we show your name or picture? You decide, together with your parents or guardian."),
            url=reverse("my_consents"),
            action=_("Answer"),
            weight=30,
        )
    ]


def _disputes(user) -> list[DeskTask]:
    """One line a child: both guardians have to be asked."""
    of_pupil: dict = {}
    for consent in disputes_of(user):
        of_pupil.setdefault(consent.pupil, []).append(consent.get_purpose_display())
    return [
        DeskTask(
            title=_("Two guardians disagree: {name}").format(name=pupil.full_name),
            detail=_("{purposes}. Nothing is shown until both say the same: ask them.").format(
                purposes=" · ".join(purposes)
            ),
            url=reverse("consent_pupil", args=[pupil.pk]),
            action=_("View"),
            weight=22,
        )
        for pupil, purposes in of_pupil.items()
    ]


def _withdrawals(user) -> list[DeskTask]:
    """One line a school while the clock of a withdrawal runs: copies outside the portal have to go, too."""
    of_school: dict = {}
    for consent in withdrawn_lately(user):
        of_school.setdefault(consent.pupil.school, []).append(consent)
    found = []
    for school, withdrawn in of_school.items():
        first = min(rules.stop_by(each.purpose, timezone.localdate(each.withdrawn_at)) for each in withdrawn)
        title = ngettext("{count} consent was withdrawn", "{count} consents were withdrawn", len(withdrawn))
        found.append(
            DeskTask(
                title=title.format(count=len(withdrawn)),
                detail=_("Stop using it outside the portal too, by {day}.").format(day=f"{first:%d/%m/%Y}"),
                url=reverse("consent_overview", args=[school.code]),
                action=_("View"),
                weight=25,
            )
        )
    return found


def links(user) -> list[DeskLink]:
    roles = roles_of(user)
    if roles.pupil:
        return [DeskLink(_("What I agree to"), reverse("my_consents"), weight=35)]
    label = _("Consents")
    return [
        DeskLink(
            label if len(roles.working_schools) == 1 else f"{label} · {school.name}",
            reverse("consent_overview", args=[school.code]),
            weight=32,
        )
        for school in roles.working_schools
    ]
