"""Requests about data on the desk of whoever handles them, and paper requests that a school writes down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from programs.core.audit import history_of
from programs.core.gates import not_found_unless, signed_in
from programs.core.personal import sections_of
from programs.core.policy import must
from programs.core.refusals import Refused, show_refusal
from programs.data_rights import forms, policy, queries, rules
from programs.data_rights.actions import erasure
from programs.data_rights.actions import requests as actions
from programs.data_rights.choices import OPEN_REQUESTS, Requester, RequestKind, RequestState
from programs.data_rights.models import DataRequest
from programs.data_rights.views.own import archive_response, deadlines, note_download, steps_of
from programs.pupils.models import Pupil
from programs.pupils.queries import pupils_visible_to
from programs.schools.policy import can_act_for, can_coordinate
from programs.schools.queries.roles import standing_of

PAGE_SIZE = 20
# Of a pupil's data a school reads what the school itself brought in, and what the pupil did here.
NOT_FOR_THE_SCHOOL = {"account", "devices", "messages", "reasons", "sign_in_cards"}


@signed_in
@require_safe
def data_request_list(request: HttpRequest) -> HttpResponse:
    """What is due first stands first; the department also sees which requests are late at schools."""
    standing = standing_of(request.user)
    not_found_unless(queries.handles(standing))
    today = timezone.localdate()
    show = request.GET.get("show", "")
    found = queries.requests_to_handle(request.user).select_related("school", "pupil", "person")
    if show == "done":
        found = found.exclude(state__in=OPEN_REQUESTS).order_by("-received_at", "-pk")
    elif show == "late":
        found = queries.by_next_date(queries.requests_visible_to(request.user).filter(queries.late_requests(today)))
    else:
        found = queries.by_next_date(found.filter(state__in=OPEN_REQUESTS))
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    for row in page:
        row.may_handle = policy.can_handle(standing, row)
    context = {"page_obj": page, "show": show, "standing": standing, "today": today}
    return render(request, "data_rights/queue.html", context)


def _request_or_404(request: HttpRequest, reference: str) -> DataRequest:
    return get_object_or_404(queries.requests_visible_to(request.user), reference=reference)


@signed_in
@require_safe
def data_request_detail(request: HttpRequest, reference: str) -> HttpResponse:
    """Only the handler learns whom it is about; who oversees sees the dates."""
    data_request = _request_or_404(request, reference)
    may = policy.can_handle(standing_of(request.user), data_request)
    today = timezone.localdate()
    young = data_request.pupil and rules.needs_representative(data_request.pupil.birth_date, today)
    context = {
        "data_request": data_request,
        "may_handle": may,
        "steps": steps_of(data_request),
        "moves": _moves(data_request) if may else [],
        "needs_guardian": bool(young) and data_request.requester == Requester.PUPIL,
        "deadlines": deadlines(),
        "history": history_of(data_request),
        "job": queries.erasure_job_of(data_request) if may else None,
    }
    return render(request, "data_rights/detail.html", context)


def _moves(data_request: DataRequest) -> list[tuple[str, str, bool]]:
    """(address, words, primary) of the steps that can be taken now."""
    ref = [data_request.reference]
    carry_out = {
        RequestKind.CORRECT: ("data_request_correct", _("Correct the data")),
        RequestKind.ERASE: ("data_request_erase", _("Look at what an erasure would do")),
    }.get(data_request.kind, ("data_request_finish", _("Say what was done")))
    first = {
        RequestState.RECEIVED: ("data_request_identify", _("Identity is checked")),
        RequestState.IDENTIFIED: ("data_request_answer", _("Answer")),
        RequestState.ANSWERED: carry_out,
    }
    if not data_request.is_open:
        return []
    name, words = first[data_request.state]
    moves = [(reverse(name, args=ref), words, True)]
    if data_request.extended_at is None:
        moves.append((reverse("data_request_extend", args=ref), _("Take more time"), False))
    moves.append((reverse("data_request_refuse", args=ref), _("Refuse with a ground"), False))
    return moves


def _step(
    request: HttpRequest, reference: str, *, make_form: Callable, act: Callable[..., object], words: dict, done: str
) -> HttpResponse:
    """Ask, do it once, and go back to the request; whoever only oversees it may do nothing."""
    data_request = _request_or_404(request, reference)
    must(policy.can_handle(standing_of(request.user), data_request))
    form = make_form(data_request)
    if form.is_bound and form.is_valid():
        typed = {name: value for name, value in form.cleaned_data.items() if name != "idempotency_key"}
        try:
            act(request_id=data_request.pk, by=request.user, **typed)
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, done)
            return redirect("data_request_detail", reference=reference)
    context = {**words, "form": form, "back_url": reverse("data_request_detail", args=[reference])}
    return render(request, "components/confirm.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def data_request_identify(request: HttpRequest, reference: str) -> HttpResponse:
    words = {
        "title": _("Who asks was checked"),
        "text": _("Ask for nothing that is not needed, and keep no copy of an identity card."),
        "submit": _("Identity is checked"),
    }
    return _step(
        request, reference, make_form=lambda _row: forms.IdentifyForm(request.POST or None), act=actions.identify,
        words=words, done=_("Noted. The next step is the answer."),
    )  # fmt: skip


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def data_request_answer(request: HttpRequest, reference: str) -> HttpResponse:
    words = {
        "title": _("Answer request {reference}").format(reference=reference),
        "text": _("Say what will be done and by when. A guardian reads it under their link; on paper you tell them."),
        "submit": _("Send the answer"),
    }
    return _step(
        request, reference, make_form=lambda _row: forms.AnswerForm(request.POST or None), act=actions.answer,
        words=words, done=_("Answered. Now the request has to be carried out."),
    )  # fmt: skip


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def data_request_refuse(request: HttpRequest, reference: str) -> HttpResponse:
    words = {
        "title": _("Refuse request {reference}").format(reference=reference),
        "text": _("Only on one of these grounds. This closes the request."),
        "submit": _("Refuse the request"),
        "danger": True,
    }
    return _step(
        request, reference, make_form=lambda _row: forms.RefuseRequestForm(request.POST or None), act=actions.refuse,
        words=words, done=_("Refused. Who asked reads the ground and your words."),
    )  # fmt: skip


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def data_request_extend(request: HttpRequest, reference: str) -> HttpResponse:
    days = rules.deadline("extension").days
    words = {
        "title": _("Take more time for request {reference}").format(reference=reference),
        "text": _("The law allows it once: {days} working days more. Who asked is told.").format(days=days),
        "submit": _("Extend the time once"),
    }
    return _step(
        request, reference, make_form=lambda _row: forms.ExtendForm(request.POST or None), act=actions.extend,
        words=words, done=_("Extended. Who asked was told the new date."),
    )  # fmt: skip


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def data_request_finish(request: HttpRequest, reference: str) -> HttpResponse:
    def make_form(row: DataRequest):
        stops = row.pupil_id and row.kind in (RequestKind.RESTRICT, RequestKind.OBJECT)
        return (forms.FinishAndStopForm if stops else forms.FinishForm)(request.POST or None)

    words = {
        "title": _("Request {reference} is done").format(reference=reference),
        "text": _("This closes the request."),
        "submit": _("Close as done"),
    }
    return _step(
        request, reference, make_form=make_form, act=actions.finish, words=words, done=_("Done. Who asked was told.")
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def data_request_correct(request: HttpRequest, reference: str) -> HttpResponse:
    def make_form(row: DataRequest):
        if row.pupil is None:
            return forms.CorrectPersonForm(request.POST or None, initial={"full_name": row.person.full_name})
        initial = {name: getattr(row.pupil, name) for name in actions.CORRECTABLE}
        return forms.CorrectForm(request.POST or None, initial=initial)

    def act(*, request_id: int, by, words: str, told_source: bool = False, **facts) -> None:
        actions.correct(request_id=request_id, facts=facts, told_source=told_source, words=words, by=by)

    words = {
        "title": _("Correct the data"),
        "text": _("Certificates that bear the old name are revoked and issued anew on the page of certificates."),
        "submit": _("Correct and close the request"),
    }
    return _step(
        request, reference, make_form=make_form, act=act, words=words, done=_("Corrected. Who asked was told.")
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def data_request_erase(request: HttpRequest, reference: str) -> HttpResponse:
    """First what would go and what would stay; the worker begins when the reference was copied by hand."""
    data_request = _request_or_404(request, reference)
    must(policy.can_handle(standing_of(request.user), data_request))
    form = forms.EraseForm(request.POST or None, request=data_request)
    if form.is_bound and form.is_valid():
        try:
            erasure.start_erasure(request_id=data_request.pk, typed=form.cleaned_data["typed"], by=request.user)
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("The erasure has begun; it takes a minute."))
            return redirect("data_request_detail", reference=reference)
    context = {
        "data_request": data_request,
        "outlook": erasure.outlook(request=data_request),
        "form": form,
        "ready": data_request.state == RequestState.ANSWERED and data_request.kind == RequestKind.ERASE,
        "back_url": reverse("data_request_detail", args=[reference]),
    }
    return render(request, "data_rights/erase.html", context)


# --- A pupil's data at the school ---------------------------------------------------------------
def _pupil_or_404(request: HttpRequest, pk: int) -> Pupil:
    """A pupil of a school whose staff the person is; the pupil's own way is /desk/me/data/."""
    pupil = get_object_or_404(pupils_visible_to(request.user).select_related("school"), pk=pk)
    not_found_unless(can_act_for(standing_of(request.user), pupil.school))
    return pupil


@signed_in
@require_safe
def pupil_data(request: HttpRequest, pk: int) -> HttpResponse:
    """For a guardian who comes in person: the coordinator can show and hand over what is stored."""
    pupil = _pupil_or_404(request, pk)
    if pupil.merged_into_id:
        return redirect("pupil_data", pk=pupil.merged_into_id)
    coordinates = can_coordinate(standing_of(request.user), pupil.school)
    subject = queries.subject_of(pupil=pupil)
    sections = [row for row in sections_of(subject) if row.code not in NOT_FOR_THE_SCHOOL] if coordinates else []
    context = {
        "pupil": pupil,
        "sections": sections,
        "coordinates": coordinates,
        "requests": list(queries.requests_about(subject)) if coordinates else [],
        "may_download": coordinates and queries.may_hand_over(pupil),
    }
    return render(request, "data_rights/pupil_data.html", context)


@signed_in
@require_http_methods(["POST"])
def pupil_data_download(request: HttpRequest, pk: int) -> HttpResponse:
    """Only while a request to see the data runs whose sender's identity was checked."""
    pupil = _pupil_or_404(request, pk)
    must(can_coordinate(standing_of(request.user), pupil.school) and queries.may_hand_over(pupil))
    note_download(by=request.user, about=pupil, door="paper")
    return archive_response(queries.subject_of(pupil=pupil))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def pupil_data_ask(request: HttpRequest, pk: int) -> HttpResponse:
    pupil = _pupil_or_404(request, pk)
    form = forms.PaperAskForm(request.POST or None, initial={"received_on": timezone.localdate()})
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        try:
            made = actions.ask(
                kind=typed["kind"], pupil=pupil, person=None, requester=Requester.SCHOOL,
                requester_name=typed["requester_name"], text=typed["text"], by=request.user,
                key=typed["idempotency_key"], received_at=_moment(typed["received_on"]),
            )  # fmt: skip
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("Written down as {reference}.").format(reference=made.reference))
            may_see = policy.can_handle(standing_of(request.user), made)
            return redirect("data_request_detail", made.reference) if may_see else redirect("pupil_data", pk)
    context = {"form": form, "pupil": pupil, "deadlines": deadlines(), "back_url": reverse("pupil_data", args=[pk])}
    return render(request, "data_rights/ask.html", context)


def _moment(day) -> datetime:
    """Now, if it came today; for an earlier day the end of its office hours."""
    now = timezone.now()
    return now if day == timezone.localdate(now) else timezone.make_aware(datetime.combine(day, time(17)))
