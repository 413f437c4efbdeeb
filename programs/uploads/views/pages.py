"""A person's files on their way; sending one by a plain form; dropping one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from programs.accounts.models import User
from programs.core.acting import Act
from programs.core.gates import not_found_unless, signed_in
from programs.uploads.actions.receiving import drop_upload, send_whole
from programs.uploads.choices import UploadState
from programs.uploads.forms import PlainUploadForm
from programs.uploads.hooks import PURPOSES, Terms
from programs.uploads.models import Upload
from programs.uploads.queries import terms_seen_by, unfinished_visible_to, uploads_visible_to
from programs.uploads.views.tus import CreateUpload

SHOWN = 50


@method_decorator(signed_in, name="dispatch")
class UploadList(CreateUpload):
    """``GET``: my files on their way, and what became of the last ones. ``POST``: a new one (tus)."""

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = [(upload, page_of(upload)) for upload in uploads_visible_to(request.user)[:SHOWN]]
        unfinished = [pair for pair in rows if pair[0].state == UploadState.RECEIVING]
        others = [pair for pair in rows if pair[0].state != UploadState.RECEIVING]
        return render(request, "uploads/upload_list.html", {"unfinished": unfinished, "others": others})


def upload_box(user: User, purpose: str, target: int) -> dict:
    """What ``components/upload.html`` needs on the page of a target. Raises what ``terms`` raises."""
    return box_of(purpose, terms_seen_by(user, purpose, target))


def box_of(purpose: str, terms: Terms | None) -> dict:
    """The same where nothing new may be begun, and a file that is under way may still go on."""
    return {"purpose": purpose, "terms": terms, "form": PlainUploadForm()}


def page_of(upload: Upload) -> str:
    """Where the sender goes on: the page for which the file is meant."""
    purpose = PURPOSES.get(upload.purpose)
    return purpose.page(upload.target) if purpose else ""


@require_safe
@signed_in
def unfinished(request: HttpRequest) -> JsonResponse:
    """For the script: which chosen file is the rest of which upload. Nothing is kept in the browser."""
    found = [
        {
            "url": reverse("upload_detail", args=[upload.pk]),
            "purpose": upload.purpose,
            "target": upload.target,
            "name": upload.name,
            "length": upload.declared,
            "offset": upload.offset,
            "head": upload.head_hash,
        }
        for upload in unfinished_visible_to(request.user, now=timezone.now())
    ]
    return JsonResponse({"uploads": found})


class SendFile(Act):
    """A page for one file: in pieces where the browser can, else as a form."""

    form_class = PlainUploadForm
    template_name = "uploads/upload_send.html"
    done = _("The file has arrived. It is being checked; look here for what becomes of it.")
    back_url = reverse_lazy("upload_list")

    def get_target(self, purpose: str, pk: int) -> Terms:
        return not_found_unless(terms_seen_by(self.user, purpose, pk))

    def get_context_data(self, **kwargs):
        purpose = PURPOSES[self.kwargs["purpose"]]
        return super().get_context_data(
            **kwargs, terms=self.target, purpose=purpose, number=self.kwargs["pk"], page=purpose.page(self.kwargs["pk"])
        )

    def act(self, form) -> Upload:
        return send_whole(
            purpose=self.kwargs["purpose"],
            target=self.kwargs["pk"],
            file=form.cleaned_data["upload"],
            by=self.user,
            key=form.key,
        )


class DropUpload(Act):
    title = _("Drop this unfinished file?")
    submit = _("Drop")
    danger = True
    done = _("What had arrived of the file is deleted.")
    back_url = reverse_lazy("upload_list")

    def get_target(self, pk: int) -> Upload:
        return get_object_or_404(uploads_visible_to(self.user), pk=pk)

    @property
    def text(self) -> str:
        return _("What has arrived of “{name}” is deleted for good.").format(name=self.target.name)

    def act(self, form) -> Upload:
        return drop_upload(upload_id=self.target.pk, by=self.user)
