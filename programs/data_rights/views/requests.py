"""Data requests on the handler's desk, and paper requests recorded by a school."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from programs.core.acting import Act
from programs.core.audit import history_of
from programs.core.gates import not_found_unless, signed_in
from programs.core.models import Job
from programs.core.personal import sections_of
from programs.core.policy import must
from programs.data_rights import forms, policy, queries, rules
from programs.data_rights.actions import erasure
from programs.data_rights.actions import requests as actions
from programs.data_rights.choices import OPEN_REQUESTS, Requester, RequestKind, RequestState
from programs.data_rights.models import DataRequest
from programs.data_rights.views.own import archive_response, deadlines, note_download, steps_of
from programs.pupils.models import Pupil
from programs.pupils.queries import pupils_visible_to
from programs.schools.policy import may_act_for, may_coordinate
from programs.schools.queries.roles import roles_of

PAGE_SIZE = 20
# Of a pupil's data a school reads what the school itself brought in, and what the pupil did here.
NOT_FOR_THE_SCHOOL = {"account", "devices", "messages", "reasons", "sign_in_cards"}


@signed_in
@require_safe
def data_request_list(request: HttpRequest) -> HttpResponse:
    """Ordered by due date; the department also sees which requests are late at schools."""
    not_found_unless(policy.may_see_requests(request.user))
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
        row.may_handle = policy.may_handle(request.user, row)
    context = {"page_obj": page, "show": show, "roles": roles_of(request.user), "today": today}
    return render(request, "data_rights/queue.html", context)


def _request_or_404(request: HttpRequest, reference: str) -> DataRequest:
    return get_object_or_404(queries.requests_visible_to(request.user), reference=reference)


@signed_in
@require_safe
def data_request_detail(request: HttpRequest, reference: str) -> HttpResponse:
    """Only the handler learns whom it is about; who oversees sees the dates."""
    data_request = _request_or_404(request, reference)
    may = policy.may_handle(request.user, data_request)
    today = timezone.localdate()
    young = data_request.pupil and rules.needs_representative(data_request.pupil.birth_date, today)
    context = {
        "data_request": data_request,
        "may_handle": may,
        "steps": steps_of(data_request),
        "moves": _moves(data_request) if may else [],
        "needs_guardian": bool(young) and data_request.requester == Requester.PUPIL and not data_request.agreed_at,
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
        RequestKind.ERASE: ("data_request_erase", _("See what an erasure would do")),
    }.get(data_request.kind, ("data_request_finish", _("Say what was done")))
    first = {
        RequestState.RECEIVED: ("data_request_identify", _("Identity confirmed")),
        RequestState.IDENTIFIED: ("data_request_answer", _("Answer")),
        RequestState.ANSWERED: carry_out,
    }
    if not data_request.is_open:
        return []
    if rules.waits_for_guardian(data_request, timezone.localdate()):
        first[RequestState.RECEIVED] = ("data_request_agree", _("Record the guardian's agreement"))
    name, words = first[data_request.state]
    moves = [(reverse(name, args=ref), words, True)]
    if data_request.extended_at is None:
        moves.append((reverse("data_request_extend", args=ref), _("Extend the deadline"), False))
    moves.append((reverse("data_request_refuse", args=ref), _("Refuse on legal grounds"), False))
    return moves


class Step(Act):
    """A step with a request by whoever handles it; whoever only oversees it may do nothing."""

    may = staticmethod(policy.may_handle)

    def get_target(self, reference: str) -> DataRequest:
        return _request_or_404(self.request, reference)

    @property
    def back_url(self) -> str:
        return reverse("data_request_detail", args=[self.target.reference])


class Identify(Step):
    form_class = forms.IdentifyForm
    title = _("The person asking has been checked")
    text = _("Do not ask for anything that is not needed, and do not keep a copy of an identity card.")
    submit = _("Identity confirmed")
    done = _("Recorded. The next step is the answer.")

    def act(self, form: forms.IdentifyForm) -> DataRequest:
        return actions.identify(request_id=self.target.pk, by=self.user, **form.cleaned_data)


class Agree(Step):
    form_class = forms.AgreementForm
    title = _("The guardian agrees")
    text = _("Guardians can also agree through their link. Without one of the two nothing is erased.")
    submit = _("Record the agreement")
    done = _("Recorded. The next step is the answer.")

    def act(self, form: forms.AgreementForm) -> DataRequest:
        return actions.record_agreement(request_id=self.target.pk, by=self.user, **form.cleaned_data)


class Answer(Step):
    form_class = forms.AnswerForm
    text = _(
        "Say what will be done and by when. A guardian reads this through their link; for a paper request, you tell "
        "them yourself."
    )
    submit = _("Send the answer")
    done = _("Answered. Now the request has to be carried out.")

    @property
    def title(self) -> str:
        return _("Answer request {reference}").format(reference=self.target.reference)

    def act(self, form: forms.AnswerForm) -> DataRequest:
        return actions.answer(request_id=self.target.pk, by=self.user, **form.cleaned_data)


class RefuseRequest(Step):
    form_class = forms.RefuseRequestForm
    text = _("Only on one of these legal grounds. This closes the request.")
    submit = _("Refuse the request")
    danger = True
    done = _("Refused. The person who asked can read the legal grounds and your explanation.")

    @property
    def title(self) -> str:
        return _("Refuse request {reference}").format(reference=self.target.reference)

    def act(self, form: forms.RefuseRequestForm) -> DataRequest:
        return actions.refuse(request_id=self.target.pk, by=self.user, **form.cleaned_data)


class Extend(Step):
    form_class = forms.ExtendForm
    submit = _("Extend the deadline once")
    done = _("Extended. The person who asked has been told the new date.")

    @property
    def title(self) -> str:
        return _("Extend the deadline of request {reference}").format(reference=self.target.reference)

    @property
    def text(self) -> str:
        days = rules.deadline("extension").days
        return _("The law allows this once: {days} more working days. The person who asked will be told.").format(
            days=days
        )

    def act(self, form: forms.ExtendForm) -> DataRequest:
        return actions.extend(request_id=self.target.pk, by=self.user, **form.cleaned_data)


class Finish(Step):
    text = _("This closes the request.")
    submit = _("Close as complete")
    done = _("Complete. The person who asked has been told.")

    @property
    def title(self) -> str:
        return _("Request {reference} is complete").format(reference=self.target.reference)

    def get_form_class(self) -> type[forms.FinishForm]:
        stops = self.target.pupil_id and self.target.kind in (RequestKind.RESTRICT, RequestKind.OBJECT)
        return forms.FinishAndStopForm if stops else forms.FinishForm

    def act(self, form: forms.FinishForm) -> DataRequest:
        return actions.finish(request_id=self.target.pk, by=self.user, **form.cleaned_data)


class Correct(Step):
    title = _("Correct the data")
    text = _("Certificates with the old name are revoked and reissued on the certificates page.")
    submit = _("Correct and close the request")
    done = _("Corrected. The person who asked has been told.")

    def get_form_class(self) -> type[forms.CorrectForm | forms.CorrectPersonForm]:
        return forms.CorrectForm if self.target.pupil else forms.CorrectPersonForm

    def get_initial(self) -> dict[str, Any]:
        return queries.correctable(self.target)

    def act(self, form: forms.CorrectForm | forms.CorrectPersonForm) -> DataRequest:
        facts = {name: form.cleaned_data[name] for name in form.initial}
        others = {name: value for name, value in form.cleaned_data.items() if name not in facts}
        return actions.correct(request_id=self.target.pk, facts=facts, by=self.user, **others)


class Erase(Step):
    """First what would go and what would stay; the worker begins when the reference was copied by hand."""

    form_class = forms.EraseForm
    template_name = "data_rights/erase.html"
    context_object_name = "data_request"
    may = staticmethod(policy.may_erase)
    done = _("The erasure has started; it takes about a minute.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"request": self.target}

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        ready = self.target.state == RequestState.ANSWERED and self.target.kind == RequestKind.ERASE
        return super().get_context_data(outlook=erasure.outlook(request=self.target), ready=ready, **kwargs)

    def act(self, form: forms.EraseForm) -> Job:
        return erasure.start_erasure(request_id=self.target.pk, by=self.user, **form.cleaned_data)


# --- A pupil's data at the school ---------------------------------------------------------------
def _pupil_or_404(request: HttpRequest, pk: int) -> Pupil:
    """A pupil of a school whose staff the person is; the pupil's own way is /desk/me/data/."""
    pupil = get_object_or_404(pupils_visible_to(request.user).select_related("school"), pk=pk)
    not_found_unless(may_act_for(request.user, pupil.school))
    return pupil


@signed_in
@require_safe
def pupil_data(request: HttpRequest, pk: int) -> HttpResponse:
    """For a guardian who comes in person: the coordinator can show and hand over what is stored."""
    pupil = _pupil_or_404(request, pk)
    if pupil.merged_into_id:
        return redirect("pupil_data", pk=pupil.merged_into_id)
    coordinates = may_coordinate(request.user, pupil.school)
    subject = queries.subject_of(pupil=pupil)
    sections = [row for row in sections_of(subject) if row.code not in NOT_FOR_THE_SCHOOL] if coordinates else []
    context = {
        "pupil": pupil,
        "sections": sections,
        "coordinates": coordinates,
        "requests": list(queries.requests_about(subject)) if coordinates else [],
        "may_record": policy.may_record(request.user, pupil),
        "may_download": policy.may_hand_over(request.user, pupil),
    }
    return render(request, "data_rights/pupil_data.html", context)


@signed_in
@require_http_methods(["POST"])
def pupil_data_download(request: HttpRequest, pk: int) -> HttpResponse:
    """Only while a request to see the data runs whose sender's identity was checked."""
    pupil = _pupil_or_404(request, pk)
    must(policy.may_hand_over(request.user, pupil))
    note_download(by=request.user, about=pupil, door="paper")
    return archive_response(queries.subject_of(pupil=pupil))


class AskOnPaper(Act):
    form_class = forms.PaperAskForm
    template_name = "data_rights/ask.html"
    context_object_name = "pupil"

    def get_target(self, pk: int) -> Pupil:
        return _pupil_or_404(self.request, pk)

    may = staticmethod(policy.may_record)

    def get_initial(self) -> dict[str, Any]:
        return {"received_on": timezone.localdate()}

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        return super().get_context_data(deadlines=deadlines(), **kwargs)

    def act(self, form: forms.PaperAskForm) -> DataRequest:
        typed = form.values
        received_at = _moment(typed.pop("received_on"))
        return actions.ask(
            pupil=self.target, person=None, requester=Requester.SCHOOL, received_at=received_at, by=self.user,
            key=form.key, **typed,
        )  # fmt: skip

    def said(self, made: DataRequest) -> str:
        return _("Recorded as {reference}.").format(reference=made.reference)

    def way_back(self, made: DataRequest) -> str:
        may_see = policy.may_handle(self.user, made)
        return reverse("data_request_detail", args=[made.reference]) if may_see else self.back_url

    @property
    def back_url(self) -> str:
        return reverse("pupil_data", args=[self.target.pk])


def _moment(day) -> datetime:
    """Now, if it came today; for an earlier day the end of its office hours."""
    now = timezone.now()
    return now if day == timezone.localdate(now) else timezone.make_aware(datetime.combine(day, time(17)))
