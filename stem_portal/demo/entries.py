"""A project of the demonstration, and what its people do with it: each act on its day, through the real action."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from django.core.files.base import ContentFile
from django.utils import timezone

from programs.accounts.models import User
from programs.competitions.choices import Need
from programs.competitions.models import Competition, ProjectField
from programs.documents.actions import answer_question, keep_in_document
from programs.documents.models import ProjectDocument
from programs.documents.queries import PURPOSE
from programs.endorsements.actions import approve_project, return_project, state_honesty
from programs.endorsements.choices import Kind, Part
from programs.endorsements.queries import asked_for
from programs.endorsements.words import newest_text
from programs.entries.actions import check_entry
from programs.projects.actions.decisions import submit_project, withdraw_project
from programs.projects.actions.entries import create_project
from programs.projects.actions.submitting import settle_submission
from programs.projects.actions.team import accept_invitation, invite_classmate
from programs.projects.models import Project
from programs.projects.queries.submissions import receipt_of
from programs.projects.rules import asks_dates
from programs.pupils.models import Pupil
from programs.uploads.actions.receiving import add_bytes, begin_upload, forget_parts
from programs.uploads.choices import HEAD_BYTES, UploadState
from programs.uploads.models import Upload
from stem_portal.demo.clock import Days, standing_at
from stem_portal.demo.handouts import drawn_file
from stem_portal.demo.ideas import IDEAS

EVENING, AFTER_SCHOOL, MORNING = "19:25", "16:40", "09:10"


@dataclass
class Entry:
    """``team`` are pupils with accounts, the one who begins first. Days are counted from today."""

    idea: str  # of IDEAS
    competition: Competition
    team: list[Pupil]
    mentor: User
    days: Days
    random: Random
    project: Project = field(init=False)

    # --- The team ---------------------------------------------------------------------------------
    def begins(self, day: int) -> Entry:
        """The first begins in the evening; the others are invited, and join on the next day."""
        first, *others = self.team
        moment = self._about(day, EVENING)
        dated = asks_dates(self.competition.rule_set)
        idea = IDEAS[self.idea]
        with standing_at(moment):
            self.project = create_project(
                competition_id=self.competition.pk,
                title=idea.title,
                kind=idea.kind,
                field=ProjectField.objects.get(code=idea.field),
                summary=idea.summary,
                supervisor=self.mentor,
                started_on=self._day(moment, -90) if dated else None,
                finished_on=self._day(moment, -1) if dated else None,
                by=first.user,
                key=f"demo-{self.idea}",
            )
        for other in others:
            self.joins(other, day)
        return self

    def invites(self, other: Pupil, day: int) -> int:
        """The number of the invitation, which waits on the desk of ``other``."""
        with standing_at(self.days.at(day, "19:50")):
            key, by = f"demo-{self.idea}", self.team[0].user
            return invite_classmate(project_id=self.project.pk, pupil=other, by=by, key=key).pk

    def joins(self, other: Pupil, day: int) -> None:
        invitation = self.invites(other, day)
        with standing_at(self.days.at(day + 1, "18:05")):
            accept_invitation(invitation_id=invitation, by=other.user)

    def states(self, day: int) -> None:
        """Each member that the work is the team's own."""
        with standing_at(self._about(day, "20:15")):
            for pupil in self.team:
                version = newest_text(Part.MEMBER).version
                state_honesty(project_id=self.project.pk, text_version=version, by=pupil.user)

    # --- Its documents ----------------------------------------------------------------------------
    def fills(self, day: int, *, risky: bool = False, without: Collection[str] = ()) -> None:
        """What every project hands in, and with a ``risky`` one the sheet that the safety committee reads."""
        with standing_at(self._about(day, EVENING)):
            for document in self.project.documents.select_related("slot"):
                slot = document.slot
                wanted = risky and slot.code == "risk"
                if slot.need == Need.CONDITION:
                    answer_question(document_id=document.pk, wanted=wanted, by=self.team[-1].user)
                if (slot.need == Need.ALWAYS or wanted) and slot.code not in without:
                    self._hands_in(document)

    def _hands_in(self, document: ProjectDocument) -> None:
        file = drawn_file(self.project, document.slot, self.random)
        keep_in_document(document_id=document.pk, file=file, by=self.team[-1].user)

    def sends(self, code: str, name: str, *, moment: datetime, size: int, arrived: int) -> Upload:
        """A file of ``size`` bytes of which the line has let through the first ``arrived``."""
        document, by = self.project.documents.get(slot__code=code), self.team[0].user
        body = b"\x00\x00\x00\x20ftypisom" + self.random.randbytes(arrived - 12)
        head = hashlib.sha256(body[:HEAD_BYTES]).hexdigest()
        with standing_at(moment):
            upload = begin_upload(purpose=PURPOSE, target=document.pk, name=name, size=size, head_hash=head, by=by)
        with standing_at(moment + timedelta(minutes=4)):
            return add_bytes(upload=upload, start=0, content=ContentFile(body), by=by)

    def arrives(self, upload: Upload, *, moment: datetime) -> None:
        """The rest comes in the minutes of grace and passes its check, which goes on with the submission."""
        document = self.project.documents.select_related("slot").get(pk=upload.target)
        with standing_at(moment):
            file = drawn_file(self.project, document.slot, self.random)
            facts = {"sha256": file.sha256, "kept_sha256": file.kept_sha256, "kind": file.kind, "pages": file.pages}
            Upload.objects.filter(pk=upload.pk).update(
                state=UploadState.KEPT, offset=upload.declared, kept_size=file.size, content_type=file.content_type,
                received_at=moment, ended_at=moment, **facts,
            )  # fmt: skip
            forget_parts(upload_id=upload.pk)
            keep_in_document(document_id=document.pk, file=file, by=upload.owner)
            settle_submission(project_id=self.project.pk)

    # --- Submitting and what follows --------------------------------------------------------------
    def submits(self, moment: datetime) -> None:
        with standing_at(moment):
            submit_project(project_id=self.project.pk, by=self.team[0].user)

    def handed_in(self, day: int, *, risky: bool = False) -> Entry:
        """Written and filled over a week, submitted on ``day``."""
        self.begins(day - 8)
        self.fills(day - 2, risky=risky)
        self.states(day - 1)
        self.submits(self._about(day, EVENING))
        return self

    def approved(self, kind: Kind, day: int) -> None:
        with standing_at(self._about(day, AFTER_SCHOOL if kind == Kind.MENTOR else MORNING)):
            number, by = self._asked(kind)
            version = newest_text(Part.MENTOR).version
            approve_project(project_id=self.project.pk, kind=kind, submission=number, by=by, text_version=version)

    def returned(self, kind: Kind, day: int, reason: str) -> None:
        with standing_at(self._about(day, AFTER_SCHOOL)):
            number, by = self._asked(kind)
            return_project(project_id=self.project.pk, kind=kind, submission=number, reason=reason, by=by)

    def endorsed(self, day: int) -> Entry:
        """Handed in on ``day``, approved by mentor and school on the two days after it."""
        self.handed_in(day)
        self.approved(Kind.MENTOR, day + 1)
        self.approved(Kind.SCHOOL, day + 2)
        return self

    def found(self, finding: str, moment: datetime, *, by: User, reason: str = "") -> None:
        with standing_at(moment):
            seen = self.project.checks.count()
            check_entry(project_id=self.project.pk, found=finding, reason=reason, seen=seen, by=by)

    def withdrawn_by(self, pupil: Pupil, day: int) -> None:
        """One agrees; the project is withdrawn when the last of the team has."""
        with standing_at(self._about(day, EVENING)):
            withdraw_project(project_id=self.project.pk, by=pupil.user)

    def _asked(self, kind: Kind) -> tuple[int, User]:
        """The submission that is in, and the first who may decide about it."""
        project = Project.objects.select_related("school", "competition", "supervisor").get(pk=self.project.pk)
        submission = receipt_of(project)
        return submission.number if submission else 0, asked_for(project, kind).people[0]

    def _about(self, day: int, clock: str) -> datetime:
        """Nobody acts at the same minute every day."""
        return self.days.at(day, clock) + timedelta(
            minutes=self.random.randrange(20), seconds=self.random.randrange(60)
        )

    def _day(self, moment: datetime, offset: int) -> date:
        return timezone.localdate(moment + timedelta(days=offset))
