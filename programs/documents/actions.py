"""The team fills a document: a file that arrived, a link, an answer; and takes a file out again."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from programs.accounts.models import User
from programs.core.audit import Code, record
from programs.core.policy import must
from programs.core.private_files import forget_file
from programs.core.refusals import refuse_if
from programs.documents import rules
from programs.documents.models import ProjectDocument, ProjectFile
from programs.documents.policy import may_fill
from programs.projects.actions.entries import locked_project
from programs.projects.models import Project
from programs.projects.queries.deadlines import opened_now
from programs.projects.queries.submissions import receipt_of
from programs.uploads.hooks import KeptFile


def open_documents(*, project: Project) -> None:
    """A row for every slot of the rules, when a project begins; twice changes nothing."""
    slots = project.competition.rule_set.slots.all()
    rows = [ProjectDocument(project=project, slot=slot) for slot in slots]
    ProjectDocument.objects.bulk_create(rows, ignore_conflicts=True)


def keep_in_document(*, document_id: int, file: KeptFile, by: User, begun_at: datetime | None = None) -> ProjectFile:
    """A file that passed every check comes in, in exchange for the one in its place. In the transaction of its check.

    Raises ``Refused``: ``left_out``, ``full``, ``too_many_pages``, those of ``edit_refusal``; nothing stays of it then.
    """
    now, document = timezone.now(), _locked_document(document_id)
    refuse_if(rules.left_out_refusal(begun_at, receipt_of(document.project)))
    refuse_if(rules.arrival_refusal(document, opened_now(document.project, now=now), now=now))
    refuse_if(rules.pages_refusal(document.slot, file.pages))
    facts = {
        "name": file.name,
        "kind": file.kind,
        "storage_key": file.key,
        "preview_key": file.preview_key,
        "content_type": file.content_type,
        "size": file.size,
        "sha256": file.sha256,
        "kept_sha256": file.kept_sha256,
        "pages": file.pages,
        "seconds": file.seconds,
        "received_at": file.received_at,
    }
    kept = _put(document, facts, by=by, now=now)
    code, sha256 = document.slot.code, kept.sha256
    after = {"document": Code(code), "sha256": Code(sha256), "size": kept.size}
    record(by=by, action="document.attach", obj=document.project, after=after)
    return kept


@transaction.atomic
def set_link(*, document_id: int, link: str, by: User) -> ProjectFile:
    """A link comes in; the same again changes nothing. The portal never opens it.

    Raises PermissionDenied, and ``Refused``: ``no_link``, ``strange_link``, ``full``, those of ``edit_refusal``.
    """
    now, document = timezone.now(), _locked_document(document_id)
    must(may_fill(by, document))
    refuse_if(rules.linking_refusal(document.slot))
    refuse_if(rules.link_refusal(link, settings.PROJECT_LINK_HOSTS))
    refuse_if(rules.filling_refusal(document, opened_now(document.project, now=now), now=now))
    there = document.files.filter(superseded_at=None, link=link).first()
    if there:
        return there
    kept = _put(document, {"link": link, "received_at": now}, by=by, now=now)
    code = document.slot.code
    record(by=by, action="document.link", obj=document.project, after={"document": Code(code)})
    return kept


@transaction.atomic
def answer_question(*, document_id: int, wanted: bool, by: User) -> ProjectDocument:
    """Whether the project needs this document. The same again changes nothing.

    Raises PermissionDenied, and ``Refused``: ``no_question``, those of ``edit_refusal``.
    """
    now, document = timezone.now(), _locked_document(document_id)
    must(may_fill(by, document))
    refuse_if(rules.answer_refusal(document.slot))
    refuse_if(rules.filling_refusal(document, opened_now(document.project, now=now), now=now))
    if document.wanted != wanted:
        document.wanted = wanted
        document.save(update_fields=["wanted"])
        code = document.slot.code
        after = {"document": Code(code), "wanted": wanted}
        record(by=by, action="document.answer", obj=document.project, after=after)
    return document


@transaction.atomic
def remove_file(*, file_id: int, by: User) -> None:
    """Take a file or a link out. One that was submitted is kept, for the receipt holds its hash.

    Raises PermissionDenied, and ``Refused``: ``replaced``, those of ``edit_refusal``.
    """
    now = timezone.now()
    document = _locked_document(ProjectFile.objects.values_list("document", flat=True).get(pk=file_id))
    file = document.files.get(pk=file_id)
    file.document = document
    must(may_fill(by, document))
    refuse_if(rules.removal_refusal(file, opened_now(document.project, now=now), now=now))
    _give_way(file, document.project, now=now)
    code, sha256 = document.slot.code, file.sha256
    before = {"document": Code(code), "sha256": Code(sha256)}
    record(by=by, action="document.remove", obj=document.project, before=before)


def restore_files(*, project: Project, at: datetime) -> None:
    """The documents as they were when the project was submitted at ``at``. The caller holds the project's lock."""
    now = timezone.now()
    for file in ProjectFile.objects.filter(document__project=project, superseded_at=None, uploaded_at__gt=at):
        _give_way(file, project, now=now)
    back = ProjectFile.objects.filter(document__project=project, uploaded_at__lte=at, superseded_at__gt=at)
    back.update(superseded_at=None)


def _locked_document(document_id: int) -> ProjectDocument:
    """The document, with its project under its lock; to be called in a transaction."""
    found = ProjectDocument.objects.select_related("slot__rule_set").get(pk=document_id)
    found.project = locked_project(project_id=found.project_id)
    return found


def _put(document: ProjectDocument, facts: dict, *, by: User, now: datetime) -> ProjectFile:
    current = {file.place: file for file in document.files.filter(superseded_at=None)}
    refuse_if(rules.full_refusal(document.slot, len(current)))
    most = document.slot.most_files
    place = 1 if most == 1 else next(number for number in range(1, most + 1) if number not in current)
    if place in current:
        _give_way(current[place], document.project, now=now)
    last = document.files.filter(place=place).aggregate(last=Max("version"))["last"] or 0
    return ProjectFile.objects.create(document=document, place=place, version=last + 1, uploaded_by=by, **facts)


def _give_way(file: ProjectFile, project: Project, *, now: datetime) -> None:
    submission = receipt_of(project)
    if rules.is_sealed(file, submission.complete_at if submission else None):
        file.superseded_at = now
        file.save(update_fields=["superseded_at"])
        return
    for key in (file.storage_key, file.preview_key):
        transaction.on_commit(partial(forget_file, key))
    file.delete()
