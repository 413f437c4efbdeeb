"""What the portal stores about me: to read, to take away, and to ask about. For accounts and for guardians."""

from __future__ import annotations

import tempfile
from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate, suspend_request
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.core.files.storage import storages
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods, require_safe

from programs.accounts.models import User
from programs.consents.models import GuardianLink
from programs.consents.views.guardians import GuardianAct, with_open_door
from programs.core.acting import Act
from programs.core.audit import Code, record
from programs.core.choices import JobState
from programs.core.gates import signed_in
from programs.core.jobs import enqueue
from programs.core.personal import Subject, sections_of
from programs.data_rights import queries, rules
from programs.data_rights.actions import requests as actions
from programs.data_rights.choices import Requester, RequestKind
from programs.data_rights.exports import is_large, write_archive
from programs.data_rights.forms import AskForm, ChildAskForm, ProofForm
from programs.data_rights.models import DataRequest
from programs.pupils.models import Pupil
from programs.schools.queries.roles import roles_of

ARCHIVE_NAME = "du-lieu-ca-nhan.zip"


def steps_of(data_request: DataRequest) -> list[dict]:
    """The way of a request, with the date of each step."""
    refused = data_request.state == "refused"
    reached = ["received", "identified", "answered", "done"]
    place = reached.index(data_request.state) if not refused else 1
    answered = data_request.answered_at or data_request.answer_by
    labels = [
        (pgettext("step of a request", "Received"), data_request.received_at),
        (pgettext("step of a request", "Identity checked"), None),
        (pgettext("step of a request", "Refused") if refused else pgettext("step of a request", "Answered"), answered),
        (pgettext("step of a request", "Done"), data_request.done_at or data_request.due_on),
    ]
    if refused:
        labels = labels[:3]
    steps = []
    for number, (label, day) in enumerate(labels):
        done = number <= place
        state = "done" if done else "now" if number == place + 1 else ""
        if refused and number == 2:
            state = "no"
        words = _("by {day}") if not done and not refused else "{day}"
        steps.append(
            {"label": label, "state": state, "detail": words.format(day=f"{_local(day):%d/%m/%Y}") if day else ""}
        )
    return steps


def _local(moment):
    return timezone.localtime(moment) if hasattr(moment, "hour") else moment


def archive_response(subject: Subject) -> FileResponse:
    """Packed to a file on disk and sent from there: memory does not grow with the files."""
    packed = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it when it was sent)
    write_archive(packed, subject=subject)
    packed.seek(0)
    return FileResponse(packed, as_attachment=True, filename=ARCHIVE_NAME, content_type="application/zip")


def note_download(*, by: User | AnonymousUser, about: Pupil | User, door: str) -> None:
    with transaction.atomic():
        record(by=by, action="person.download", obj=about, after={"door": Code(door)})


# --- From an account ----------------------------------------------------------------------------
@signed_in
@require_safe
def my_data(request: HttpRequest) -> HttpResponse:
    subject = queries.subject_of(user=request.user)
    context = {
        "sections": sections_of(subject),
        "requests": list(queries.requests_about(subject)),
        "archive": queries.archive_of(request.user, now=timezone.now()),
    }
    return render(request, "data_rights/my_data.html", context)


@signed_in
@reauthentication_required
@require_http_methods(["GET", "HEAD", "POST"])
def my_data_download(request: HttpRequest) -> HttpResponse:
    """Ask for the password again: someone at an unlocked computer must not download everything."""
    if request.method != "POST":
        return render(request, "data_rights/download.html", {"back_url": reverse("my_data")})
    subject = queries.subject_of(user=request.user)
    if is_large(subject):
        hour = timezone.now().strftime("%Y%m%d%H")
        enqueue(
            queries.ARCHIVE_JOB,
            arguments={"user": request.user.pk},
            owner=request.user,
            unique_key=f"archive:{request.user.pk}:{hour}",
        )
        messages.info(request, _("Your files are being prepared. This page will tell you when they are ready."))
        return redirect("my_data")
    note_download(by=request.user, about=request.user, door="account")
    return archive_response(subject)


@signed_in
@reauthentication_required
@require_safe
def my_data_file(request: HttpRequest) -> FileResponse:
    """The archive that the worker packed, for its owner alone, within a day."""
    job = queries.archive_of(request.user, now=timezone.now())
    if job is None or job.state != JobState.DONE or not storages["private"].exists(job.result["key"]):
        raise Http404
    note_download(by=request.user, about=request.user, door="account")
    packed = storages["private"].open(job.result["key"])
    return FileResponse(packed, as_attachment=True, filename=ARCHIVE_NAME, content_type="application/zip")


class AskAboutMyData(Act):
    form_class = AskForm
    template_name = "data_rights/ask.html"
    done = gettext_lazy("We have received your request.")

    def get_target(self) -> Pupil | None:
        """The person's record as a pupil; all others ask about their account."""
        return roles_of(self.user).pupil

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        pupil = self.target
        young = bool(pupil) and rules.needs_representative(pupil.birth_date, timezone.localdate())
        return super().get_context_data(young=young, deadlines=deadlines(), **kwargs)

    def form_valid(self, form: AskForm) -> HttpResponse:
        """Whoever sits at a session left open must not begin what cannot be undone; what was typed is kept."""
        if form.cleaned_data["kind"] == RequestKind.ERASE and not did_recently_reauthenticate(self.request):
            return suspend_request(self.request, reverse("account_reauthenticate"))
        return super().form_valid(form)

    def act(self, form: AskForm) -> DataRequest:
        return actions.ask(
            pupil=self.target,
            person=None if self.target else self.user,
            requester=Requester.PUPIL if self.target else Requester.PERSON,
            requester_name=self.user.full_name,
            by=self.user,
            key=form.key,
            **form.values,
        )

    def way_back(self, made: DataRequest) -> str:
        return reverse("my_data_request", args=[made.reference])

    @property
    def back_url(self) -> str:
        return reverse("my_data")


def deadlines() -> list[tuple[str, rules.Deadline]]:
    """The legal deadlines, for requesters and handlers."""
    names = {
        "answer": _("Answer"),
        "access": _("See, receive or correct"),
        "erase": _("Erase"),
        "restrict": _("Restrict or object"),
        "extension": _("Extension, once"),
    }
    return [(label, rules.deadline(name)) for name, label in names.items()]


@signed_in
@require_safe
def my_data_request(request: HttpRequest, reference: str) -> HttpResponse:
    mine = queries.requests_about(queries.subject_of(user=request.user))
    data_request = get_object_or_404(mine.select_related("school"), reference=reference)
    context = {"data_request": data_request, "steps": steps_of(data_request), "back_url": reverse("my_data")}
    return render(request, "data_rights/status.html", context)


# --- Through a guardian's link ------------------------------------------------------------------
@with_open_door
@require_safe
def guardian_data(request: HttpRequest, link: GuardianLink, token: str) -> HttpResponse:
    return _data_page(request, link, token)


def _data_page(request: HttpRequest, link: GuardianLink, token: str, form: ProofForm | None = None) -> HttpResponse:
    subject = queries.subject_of(pupil=link.pupil)
    context = _door(link, token) | {
        "sections": sections_of(subject),
        "requests": list(queries.requests_about(subject)),
        "form": form or ProofForm(link=link, token=token),
    }
    return render(request, "data_rights/guardian/data.html", context)


def _door(link: GuardianLink, token: str) -> dict:
    return {"link": link, "pupil": link.pupil, "school": link.pupil.school, "token": token}


@with_open_door
@require_http_methods(["POST"])
def guardian_data_download(request: HttpRequest, link: GuardianLink, token: str) -> HttpResponse:
    """By POST, so that link previews in messengers download nothing, and with the second proof."""
    form = ProofForm(request.POST, link=link, token=token)
    if not form.is_valid():
        return _data_page(request, link, token, form)
    note_download(by=request.user, about=link.pupil, door=f"link:{link.pk}")
    return archive_response(queries.subject_of(pupil=link.pupil))


class AskAboutMyChild(GuardianAct):
    form_class = ChildAskForm
    template_name = "data_rights/guardian/data_ask.html"
    done = gettext_lazy("We have received your request. Come back to this page to see its progress.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"link": self.target, "token": self.token}

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        return super().get_context_data(deadlines=deadlines(), **kwargs)

    def act(self, form: ChildAskForm) -> DataRequest:
        return actions.ask(
            pupil=self.target.pupil,
            person=None,
            requester=Requester.GUARDIAN,
            requester_name=self.target.guardian_name,
            by=None,
            key=form.key,
            **form.values,
        )

    def way_back(self, made: DataRequest) -> str:
        return reverse("guardian_data_request", args=[self.token, made.reference])

    @property
    def back_url(self) -> str:
        return reverse("guardian_data", args=[self.token])


class AgreeForMyChild(GuardianAct):
    """The guardian agrees, with the second proof, that what a child under 16 asked for is done."""

    form_class = ProofForm
    template_name = "data_rights/guardian/agree.html"
    done = gettext_lazy("Your agreement is recorded. The school answers the request now.")

    def get_target(self, token: str, reference: str) -> GuardianLink | None:
        link = super().get_target(token)
        if link and not self.closed:
            about = queries.requests_about(queries.subject_of(pupil=link.pupil))
            self.data_request = get_object_or_404(about, reference=reference)
        return link

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"link": self.target, "token": self.token}

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        return super().get_context_data(data_request=self.data_request, **kwargs)

    def act(self, form: ProofForm) -> DataRequest:
        return actions.agree_as_guardian(request_id=self.data_request.pk, link=self.target)

    @property
    def back_url(self) -> str:
        return reverse("guardian_data_request", args=[self.token, self.data_request.reference])


@with_open_door
@require_safe
def guardian_data_request(request: HttpRequest, link: GuardianLink, token: str, reference: str) -> HttpResponse:
    about = queries.requests_about(queries.subject_of(pupil=link.pupil))
    data_request = get_object_or_404(about.select_related("school"), reference=reference)
    context = _door(link, token) | {"data_request": data_request, "steps": steps_of(data_request)}
    context["waits"] = data_request.is_open and rules.waits_for_guardian(data_request, timezone.localdate())
    return render(request, "data_rights/guardian/data_request.html", context)
