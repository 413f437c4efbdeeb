"""The guard of the quotas: the only code that writes ``EntryQuota.taken``.

The places of a project are taken when it is submitted, kept while it is returned for correction, and given back when
it leaves the competition. Quotas are always changed in the order of their keys.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F

from programs.core.refusals import refuse_if
from programs.projects.choices import MemberState
from programs.projects.models import EntryPlace, EntryQuota, Project, ProjectMember
from programs.projects.queries.entering import Ceiling, ceilings_of
from programs.projects.rules import quota_refusal


def take_places(*, project: Project) -> None:
    """The places that the rules ask for, in exchange for those of another mentor. The caller holds the project's lock.

    Raises ``Refused``: ``school_full``, ``mentor_full``.
    """
    wanted = {_quota_of(ceiling).pk: ceiling for ceiling in ceilings_of(project)}
    held = set(project.places.values_list("quota", flat=True))
    for quota_id in sorted(held ^ set(wanted)):
        if quota_id in held:
            _give_back(project, quota_id)
            continue
        ceiling = wanted[quota_id]
        taken = take_place(quota_id=quota_id, most=ceiling.most)
        refuse_if(None if taken else quota_refusal(ceiling.part, ceiling.most, project.competition.rule_set, full=True))
        EntryPlace.objects.create(project=project, quota_id=quota_id)


def take_place(*, quota_id: int, most: int) -> bool:
    """One more, in one conditional statement; False when all are taken."""
    free = EntryQuota.objects.filter(pk=quota_id, taken__lt=most)
    return free.update(taken=F("taken") + 1, most=most) == 1


def let_go(*, projects: Iterable[Project]) -> None:
    """Projects that leave their competition give back their places, and their members may enter again.

    The caller has just moved them.
    """
    projects = list(projects)
    ProjectMember.objects.filter(project__in=projects, state=MemberState.ACCEPTED).update(state=MemberState.RELEASED)
    _free_places_of(projects)


def give_back_places(*, project: Project) -> None:
    """Of a project that stays with its team: it takes them again when it is submitted."""
    _free_places_of([project])


def _free_places_of(projects: list[Project]) -> None:
    held = EntryPlace.objects.filter(project__in=projects).select_related("project").order_by("quota", "project")
    for place in held:
        _give_back(place.project, place.quota_id)


def _give_back(project: Project, quota_id: int) -> None:
    """Exactly once: the place is deleted first."""
    if EntryPlace.objects.filter(project=project, quota=quota_id).delete()[0]:
        EntryQuota.objects.filter(pk=quota_id).update(taken=F("taken") - 1)


def _quota_of(ceiling: Ceiling) -> EntryQuota:
    """Its row; the unique constraint decides between two who make it at once."""
    EntryQuota.objects.bulk_create([EntryQuota(most=ceiling.most, **ceiling.identity)], ignore_conflicts=True)
    return EntryQuota.objects.get(**ceiling.identity)
