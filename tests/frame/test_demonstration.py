"""The demonstration: a contest in every state, which the deadlines leave as it is, and pupils who sign in."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.conf import settings
from django.core.files.storage import storages
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from programs.documents.models import ProjectFile
from programs.endorsements.models import Approval, SafetyMember
from programs.projects.actions.lapsing import keep_deadlines
from programs.projects.choices import ProjectState
from programs.projects.models import Project, ProjectMember, Reopening, Submission, TeamInvitation
from programs.uploads.actions.receiving import expire_uploads
from programs.uploads.choices import UploadState
from programs.uploads.models import Upload
from stem_portal.demo import cast, fair

AFTER_THE_FAIR = {ProjectState.IN_JUDGING, ProjectState.AWARDED, ProjectState.NOT_AWARDED}
LOOKS_AROUND = timedelta(days=5)  # while a newcomer looks, the unfinished file waits to be continued

pytestmark = pytest.mark.django_db


def test_the_demonstration_shows_every_state_and_its_pupils_sign_in():
    """In one test, for the province takes as long to build as some hundred others."""
    call_command("load_demo", stdout=StringIO())

    every_state_stands()
    special_cases_stand()
    files_lie_on_the_disk()
    members_sign_in()
    deadlines_leave_it_as_it_is()
    loading_again_changes_nothing()


def every_state_stands() -> None:
    assert set(Project.objects.values_list("state", flat=True)) == set(ProjectState)
    in_fair = set(Project.objects.filter(competition__code=fair.CODE).values_list("state", flat=True))
    assert in_fair == set(ProjectState) - AFTER_THE_FAIR


def special_cases_stand() -> None:
    projects = Project.objects.filter(competition__code=fair.CODE)
    waits = projects.filter(state=ProjectState.SUBMITTED)
    decided = {project.pk: _decided(project) for project in waits}
    risky = ProjectFile.objects.filter(document__project__in=waits, document__slot__asks_safety=True)
    safety = set(risky.values_list("document__project", flat=True))
    assert {frozenset(kinds) for pk, kinds in decided.items() if pk not in safety} == {frozenset({"mentor"})}
    assert [decided[pk] for pk in safety] == [{"mentor", "school"}]
    assert SafetyMember.objects.filter(competition__code=fair.CODE, ended_at=None).exists()

    members = ProjectMember.objects.filter(project__competition__code=fair.CODE, project__state=ProjectState.ENDORSED)
    divided = members.filter(withdraws_at__isnull=False).values_list("project", flat=True)
    assert members.filter(project__in=divided, withdraws_at=None).count() == 1

    assert Reopening.objects.filter(project__in=projects, ended_at=None).count() == 1
    assert TeamInvitation.objects.filter(project__in=projects, state="waiting", expires_at__gt=timezone.now()).exists()
    found = projects.get(checks__found="ineligible", state=ProjectState.ELIGIBLE)
    assert [bool(check.reason) for check in found.checks.all()] == [True, True]
    assert [row.used_grace for row in Submission.objects.filter(project__in=projects) if row.used_grace] == [True]


def _decided(project: Project) -> set[str]:
    return set(Approval.objects.filter(submission__project=project).values_list("kind", flat=True))


def files_lie_on_the_disk() -> None:
    upload = Upload.objects.get(state=UploadState.RECEIVING)
    assert 0 < upload.offset < upload.declared
    assert sum(part.size for part in upload.parts.all()) == upload.offset
    keys = [part.key for part in upload.parts.all()] + list(ProjectFile.objects.values_list("storage_key", flat=True))
    assert [key for key in keys if not storages["private"].exists(key)] == []


def members_sign_in() -> None:
    """All pupils have an account that is open; one of every state and those of the README use the form."""
    members = ProjectMember.objects.filter(pupil__isnull=False).select_related("pupil__user", "project").order_by("pk")
    assert [member for member in members if not (member.pupil.user and member.pupil.user.is_active)] == []
    shown = {member.project.state: member for member in members}
    in_readme = [member for member in members if member.pupil.user.username in cast.PUPILS]
    assert len(in_readme) == len(cast.PUPILS) - 1  # em Minh enters by himself
    for member in [*shown.values(), *in_readme]:
        browser = Client()
        typed = {"login": member.pupil.user.username, "password": settings.DEMO_PASSWORD}
        assert browser.post(reverse("account_login"), typed).status_code == 302
        page = browser.get(reverse("project_detail", args=[member.project.reference]))
        assert page.status_code == 200
        assert member.project.title in page.content.decode()


def deadlines_leave_it_as_it_is() -> None:
    before = dict(Project.objects.values_list("pk", "state"))
    with time_machine.travel(timezone.now() + LOOKS_AROUND):
        expire_uploads(now=timezone.now())
        keep_deadlines()
    assert dict(Project.objects.values_list("pk", "state")) == before


def loading_again_changes_nothing() -> None:
    before = Project.objects.count()
    call_command("load_demo", "--if-empty", stdout=StringIO())
    assert Project.objects.count() == before
