"""The documents of a project as tiles; one document with its files, link and question; sending them out."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from programs.competitions.choices import Need, SlotKind
from programs.core.acting import Act
from programs.core.gates import not_found_unless, signed_in
from programs.core.private_files import private_response
from programs.core.refusals import Refused
from programs.documents import actions, policy, queries
from programs.documents.forms import AnswerForm, LinkForm
from programs.documents.models import ProjectDocument, ProjectFile
from programs.documents.rules import filling_refusal
from programs.projects.choices import ProjectState
from programs.projects.models import Project
from programs.projects.queries.deadlines import files_until, opened_now
from programs.projects.queries.submissions import newest_submission
from programs.projects.queries.team import is_member
from programs.projects.queries.visible import projects_visible_to
from programs.uploads.choices import UploadState
from programs.uploads.views.pages import box_of, upload_box
from programs.uploads.views.serving import file_response


@signed_in
@require_safe
def project_documents(request: HttpRequest, reference: str) -> HttpResponse:
    project = get_object_or_404(projects_visible_to(request.user), reference=reference)
    tiles = queries.tiles_of(project)
    context = {
        "project": project,
        "tiles": tiles,
        "missing": [tile for tile in tiles if tile.is_missing or tile.asks],
        "may_fill": is_member(request.user, project) and project.is_editable,
    }
    return render(request, "documents/project_documents.html", context)


@signed_in
@require_safe
def project_document(request: HttpRequest, reference: str, code: str) -> HttpResponse:
    project = get_object_or_404(projects_visible_to(request.user), reference=reference)
    slot = not_found_unless(queries.slot_of(project, code))
    tile = next(each for each in queries.tiles_of(project) if each.slot.pk == slot.pk)
    return render(request, "documents/project_document.html", _filled(request, project, tile))


def _filled(request: HttpRequest, project: Project, tile: queries.Tile) -> dict:
    """What the page of one document shows, and what its reader may do there."""
    now, context = timezone.now(), {"project": project, "tile": tile, "slot": tile.slot}
    document = tile.document
    if document is None:
        return context
    context["earlier"] = queries.earlier_files(document)
    if not policy.may_fill(request.user, document):
        return context
    if project.state == ProjectState.ARRIVING:
        return context | _arriving(request.user, project, tile)
    context["refusal"] = filling_refusal(document, opened_now(project, now=now), now=now)
    if context["refusal"]:
        return context
    if tile.slot.need == Need.CONDITION:
        given = {True: "yes", False: "no", None: None}[document.wanted]
        context["answer_form"] = AnswerForm(initial={"wanted": given}, question=tile.slot.local_question)
    if tile.declined or tile.asks:
        return context
    if SlotKind.LINK in tile.slot.kinds:
        context["link_form"] = LinkForm()
    try:
        context |= upload_box(request.user, queries.PURPOSE, document.pk)
    except Refused as refused:
        context["full"] = refused.refusal
    return context | {"may_remove": True}


def _arriving(user, project: Project, tile: queries.Tile) -> dict:
    """What was under way when the project was submitted may still come, from its sender; nothing new is begun."""
    submission = newest_submission(project)
    own = [upload for upload in tile.coming if upload.owner_id == user.pk and upload.state == UploadState.RECEIVING]
    box = box_of(queries.PURPOSE, queries.limits_of(tile.slot)) if own else {}
    ends = [upload.expires_at for upload in own]
    grace = [files_until(project, submission.due_at)] if submission else []
    return box | {"arrives_until": min([*ends, *grace], default=None)}


class DocumentAct(Act):
    """404 for strangers, 403 for those who may read the project but are not of its team."""

    context_object_name = "document"
    may = staticmethod(policy.may_fill)

    def get_target(self, reference: str, code: str) -> ProjectDocument:
        documents = queries.documents_visible_to(self.user)
        return get_object_or_404(documents, project__reference=reference, slot__code=code)

    @property
    def title(self) -> str:
        return self.target.slot.local_name

    @property
    def back_url(self) -> str:
        return reverse("project_document", args=[self.target.project.reference, self.target.slot.code])


class DocumentAnswer(DocumentAct):
    form_class = AnswerForm
    submit = _("Save the answer")
    done = _("The answer is saved.")

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"question": self.target.slot.local_question}

    def act(self, form: AnswerForm) -> ProjectDocument:
        return actions.answer_question(document_id=self.target.pk, by=self.user, **form.cleaned_data)


class DocumentLink(DocumentAct):
    form_class = LinkForm
    submit = _("Add the link")
    done = _("The link is added.")

    def act(self, form: LinkForm) -> ProjectFile:
        return actions.set_link(document_id=self.target.pk, by=self.user, **form.cleaned_data)


class DocumentRemove(Act):
    title = _("Remove this file?")
    text = _("If it was part of a submission it is kept there; otherwise it is deleted for good.")
    submit = _("Remove")
    danger = True
    done = _("Removed.")

    def get_target(self, pk: int) -> ProjectFile:
        return get_object_or_404(queries.project_files_visible_to(self.user), pk=pk)

    def may(self, user, file: ProjectFile) -> bool:
        return policy.may_fill(user, file.document)

    @property
    def back_url(self) -> str:
        document = self.target.document
        return reverse("project_document", args=[document.project.reference, document.slot.code])

    def act(self, form) -> None:
        actions.remove_file(file_id=self.target.pk, by=self.user)


# --- What is read -------------------------------------------------------------------------------
@signed_in
@require_safe
def project_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file as a download: never shown inside the portal's own pages."""
    file = get_object_or_404(queries.project_files_visible_to(request.user).exclude(storage_key=""), pk=pk)
    return file_response(request, key=file.storage_key, name=file.name, content_type=file.content_type, size=file.size)


@signed_in
@require_safe
def project_image(request: HttpRequest, pk: int) -> HttpResponse:
    """The small picture, drawn by the portal itself, for showing on a page."""
    file = get_object_or_404(queries.project_files_visible_to(request.user).exclude(preview_key=""), pk=pk)
    return private_response(file.preview_key, name=file.name, content_type="image/jpeg", shown=True)
