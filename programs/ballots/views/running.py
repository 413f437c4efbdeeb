"""The steps of those who run a draw."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from programs.ballots import policy, queries
from programs.ballots import rules as fair
from programs.ballots.actions import running as actions
from programs.ballots.actions.results import send_results
from programs.ballots.choices import BallotState
from programs.ballots.forms import BallotForm, SeedForm
from programs.ballots.models import Ballot
from programs.ballots.views.public import ballot_title, coverage
from programs.core.acting import Act
from programs.core.audit import history_of
from programs.core.dates import short_moment
from programs.core.gates import not_found_unless, signed_in


@signed_in
@require_safe
def ballot_list(request: HttpRequest) -> HttpResponse:
    not_found_unless(policy.may_see_ballots(request.user))
    ballots = queries.ballots_with_counts(queries.ballots_visible_to(request.user))
    rows = [(ballot, ballot_title(ballot)) for ballot in ballots.order_by("-closes_at", "-pk")]
    return render(request, "ballots/ballot_list.html", {"rows": rows})


class OpenBallot(Act):
    form_class = BallotForm
    template_name = "ballots/ballot_new.html"
    done = _("Schools can now enter.")

    def get_target(self) -> None:
        not_found_unless(policy.may_see_ballots(self.user))

    def get_form_kwargs(self) -> dict:
        now = timezone.now()
        return super().get_form_kwargs() | {
            "seasons": list(queries.seasons_to_offer(self.user, now=now)),
            "sessions": list(queries.sessions_to_offer(self.user, now=now)),
        }

    def get_initial(self) -> dict:
        return {"target": self.request.GET.get("of", "")}

    def act(self, form: BallotForm) -> Ballot:
        return actions.open_ballot(
            season=form.season,
            session=form.session,
            closes_at=form.cleaned_data["closes_at"],
            seed_source=form.cleaned_data["seed_source"],
            factors=form.factors,
            by=self.user,
            key=form.key,
        )

    def way_back(self, ballot: Ballot) -> str:
        return reverse("ballot_run", args=[ballot.reference])


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
        "entries": [(entry, entry.why) for entry in entries],
        "steps": _steps(ballot),
        "drawn": drawn,
        "coverage": coverage(ballot, document) if drawn else None,
        "may_run": policy.may_run(request.user, ballot),
        "may_close": fair.close_refusal(ballot, now=timezone.now()) is None,
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


class Step(Act):
    """One step of a ballot, for somebody who may see it behind the scenes (else 404) and runs it (else 403)."""

    may = staticmethod(policy.may_run)

    def get_target(self, reference: str) -> Ballot:
        return get_object_or_404(queries.ballots_visible_to(self.user), reference=reference)

    @property
    def back_url(self) -> str:
        return reverse("ballot_run", args=[self.target.reference])


class CloseBallot(Step):
    title = _("Publish the list of entries?")
    text = _("Anyone can read it: numbers, schools, sizes, weights and how they were worked out. It is final.")
    submit = _("Publish the list")
    done = _("The list has been published.")

    def act(self, form) -> Ballot:
        return actions.close_ballot(ballot_id=self.target.pk, by=self.user)


class DrawBallot(Step):
    form_class = SeedForm
    title = _("Draw now?")
    submit = _("Draw")
    done = _("Drawn. Check the effect, then send the results.")

    @property
    def text(self) -> str:
        announced = self.target.seed_source
        source = (
            _("The seed comes from: {source}.").format(source=announced)
            if announced
            else _("No source was announced: the portal takes a random seed.")
        )
        once = _("The draw happens once. Nothing is sent yet: you first see the effect.")
        return f"{source} {once}"

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"announced": self.target.seed_source}

    def act(self, form: SeedForm) -> Ballot:
        return actions.draw_ballot(ballot_id=self.target.pk, seed=form.cleaned_data.get("seed", ""), by=self.user)


class SendResults(Step):
    title = _("Send the results?")
    text = _("The drawn groups get their places, everyone is told once, and any places left can be booked.")
    submit = _("Send the results")
    done = _("The results have been sent.")

    def act(self, form) -> Ballot:
        return send_results(ballot_id=self.target.pk, by=self.user)
