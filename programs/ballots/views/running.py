"""The steps of those who run a draw."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from programs.ballots import queries
from programs.ballots import rules as fair
from programs.ballots.actions import running as actions
from programs.ballots.actions.results import send_results
from programs.ballots.choices import BallotState
from programs.ballots.forms import BallotForm, SeedForm
from programs.ballots.models import Ballot
from programs.ballots.views.public import ballot_title, coverage
from programs.core.audit import history_of
from programs.core.dates import short_moment
from programs.core.forms import ConfirmationForm
from programs.core.gates import not_found_unless, signed_in
from programs.core.policy import must
from programs.core.refusals import Refused, show_refusal
from programs.schools.queries.roles import roles_of


# --- For those who run it -----------------------------------------------------------------------
@signed_in
@require_safe
def ballot_list(request: HttpRequest) -> HttpResponse:
    _must_see_ballots(request)
    ballots = queries.ballots_with_counts(queries.ballots_visible_to(request.user))
    rows = [(ballot, ballot_title(ballot)) for ballot in ballots.order_by("-closes_at", "-pk")]
    return render(request, "ballots/ballot_list.html", {"rows": rows})


def _must_see_ballots(request: HttpRequest) -> None:
    """The department, and those who manage a centre; nobody else learns that the pages exist."""
    not_found_unless(roles_of(request.user).is_department or bool(queries.managed_centre_ids(request.user)))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def ballot_new(request: HttpRequest) -> HttpResponse:
    _must_see_ballots(request)
    now = timezone.now()
    form = BallotForm(
        request.POST or None,
        seasons=list(queries.seasons_to_offer(request.user, now=now)),
        sessions=list(queries.sessions_to_offer(request.user, now=now)),
        initial={"target": request.GET.get("of", "")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            ballot = actions.open_ballot(
                season=form.season,
                session=form.session,
                closes_at=form.cleaned_data["closes_at"],
                seed_source=form.cleaned_data["seed_source"],
                factors=form.factors,
                by=request.user,
                key=form.cleaned_data["idempotency_key"],
            )
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("Schools can now enter."))
            return redirect("ballot_run", ballot.reference)
    return render(request, "ballots/ballot_new.html", {"form": form})


def _run(request: HttpRequest, reference: str) -> Ballot:
    """The ballot of somebody who may see it behind the scenes (else 404) and runs it (else 403)."""
    ballot = get_object_or_404(queries.ballots_visible_to(request.user), reference=reference)
    must(actions.may_run_ballot(by=request.user, ballot=ballot))
    return ballot


@signed_in
@require_safe
def ballot_run(request: HttpRequest, reference: str) -> HttpResponse:
    """The state of the ballot, its entries, and the effect of the draw before it is sent."""
    ballot = get_object_or_404(queries.ballots_visible_to(request.user), reference=reference)
    drawn = ballot.state in (BallotState.DRAWN, BallotState.SENT)
    document = queries.published_list(ballot)
    entries = list(queries.entries_of(ballot).order_by("place" if drawn else "number", "number"))
    context = {
        "ballot": ballot,
        "title": ballot_title(ballot),
        "entries": [(entry, fair.reason_words(entry.reason)) for entry in entries],
        "steps": _steps(ballot),
        "drawn": drawn,
        "coverage": coverage(ballot, document) if drawn else None,
        "may_run": actions.may_run_ballot(by=request.user, ballot=ballot),
        "may_close": fair.close_refusal(now=timezone.now(), closes_at=ballot.closes_at) is None,
        "now": timezone.now(),
        "history": history_of(ballot),
    }
    return render(request, "ballots/ballot_run.html", context)


def _steps(ballot: Ballot) -> list[dict]:
    """The progress of the ballot; completed steps show when."""
    order = list(BallotState)
    here = order.index(BallotState(ballot.state))
    moments = [None, ballot.closed_at, ballot.drawn_at, ballot.sent_at]
    return [
        {
            "label": state.label,
            "state": "done" if place < here or here == len(order) - 1 else ("now" if place == here else ""),
            "detail": short_moment(moments[place]) if moments[place] else "",
        }
        for place, state in enumerate(order)
    ]


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def ballot_close(request: HttpRequest, reference: str) -> HttpResponse:
    ballot = _run(request, reference)
    return _step(
        request,
        ballot,
        ConfirmationForm(request.POST or None),
        act=lambda form: actions.close_ballot(ballot_id=ballot.pk, by=request.user),
        done=_("The list has been published."),
        title=_("Publish the list of entries?"),
        text=_("Anyone can read it: numbers, schools, sizes, weights and how they were worked out. It is final."),
        submit=_("Publish the list"),
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def ballot_draw(request: HttpRequest, reference: str) -> HttpResponse:
    ballot = _run(request, reference)
    announced = ballot.seed_source
    text = (
        _("The seed comes from: {source}.").format(source=announced)
        if announced
        else _("No source was announced: the portal takes a random seed.")
    )
    return _step(
        request,
        ballot,
        SeedForm(request.POST or None, announced=announced),
        act=lambda form: actions.draw_ballot(
            ballot_id=ballot.pk, seed=form.cleaned_data.get("seed", ""), by=request.user
        ),
        done=_("Drawn. Check the effect, then send the results."),
        title=_("Draw now?"),
        text=" ".join([text, _("The draw happens once. Nothing is sent yet: you first see the effect.")]),
        submit=_("Draw"),
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def ballot_send(request: HttpRequest, reference: str) -> HttpResponse:
    ballot = _run(request, reference)
    return _step(
        request,
        ballot,
        ConfirmationForm(request.POST or None),
        act=lambda form: send_results(ballot_id=ballot.pk, by=request.user),
        done=_("The results have been sent."),
        title=_("Send the results?"),
        text=_("The drawn groups get their places, everyone is told once, and any places left can be booked."),
        submit=_("Send the results"),
    )


def _step(request: HttpRequest, ballot: Ballot, form, *, act, done: str, **words) -> HttpResponse:
    back = reverse("ballot_run", args=[ballot.reference])
    if request.method == "POST" and form.is_valid():
        try:
            act(form)
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, done)
            return redirect(back)
    return render(request, "components/confirm.html", {"form": form, "back_url": back, **words})
