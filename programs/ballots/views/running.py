"""The steps of those who run a draw."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from programs.ballots import policy, queries
from programs.ballots.actions import running as actions
from programs.ballots.actions.frozen import take_out_session
from programs.ballots.actions.results import job_key, start_sending
from programs.ballots.choices import FROZEN, REVEALED, BallotState
from programs.ballots.forms import BallotForm, DigitsForm
from programs.ballots.models import Ballot
from programs.ballots.rules import steps
from programs.ballots.views.public import ballot_title, coverage
from programs.bookings.forms import CancelForm
from programs.centres.choices import SessionState
from programs.centres.models import Session
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
            terms=form.terms,
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
    drawn, now = ballot.state in REVEALED, timezone.now()
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
        "may_close": steps.close_refusal(ballot, now=now) is None,
        "source_is_there": timezone.localdate(now) >= ballot.source_date,
        "entered_by_me": ballot.digits_by_id == request.user.pk,
        "job": queries.sending_job(ballot, key=job_key(ballot=ballot)) if ballot.state == BallotState.SENDING else None,
        "sessions": _sessions_to_take_out(ballot, request.user),
        "cancelled": [each for each in queries.sessions_of(ballot) if each.state == SessionState.CANCELLED],
        "now": now,
        "history": history_of(ballot),
    }
    return render(request, "ballots/ballot_run.html", context)


def _sessions_to_take_out(ballot: Ballot, user) -> list[Session]:
    """What can be cancelled on this page only, because the list is published."""
    if ballot.state not in FROZEN:
        return []
    live = queries.sessions_of(ballot).filter(state=SessionState.SCHEDULED, starts_at__gt=timezone.now())
    return [session for session in live if policy.may_take_out(user, session)]


def _steps(ballot: Ballot) -> list[dict]:
    """The progress of the ballot; completed steps show when."""
    order = [BallotState.OPEN, BallotState.CLOSED, BallotState.DRAWN, BallotState.SENT]
    state = {BallotState.SENDING: BallotState.DRAWN, BallotState.CALLED_OFF: BallotState.CLOSED}
    here = order.index(state.get(BallotState(ballot.state), BallotState(ballot.state)))
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


class DigitsStep(Step):
    form_class = DigitsForm

    @property
    def source_words(self) -> str:
        words = _("Source: {source}, {day}.")
        return words.format(source=self.target.source, day=f"{self.target.source_date:%d/%m/%Y}")

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"count": self.target.digit_count}


class EnterDigits(DigitsStep):
    title = _("Enter the digits of the source")
    submit = _("Save the digits")
    done = _("Saved. Another person who runs the ballot now looks at the source and confirms the digits.")

    @property
    def text(self) -> str:
        words = _("Nothing is drawn yet: another person confirms what you read. Until then it can be corrected.")
        return f"{self.source_words} {words}"

    def act(self, form: DigitsForm) -> Ballot:
        return actions.enter_digits(ballot_id=self.target.pk, digits=form.cleaned_data["digits"], by=self.user)


class DrawBallot(DigitsStep):
    title = _("Confirm the digits and draw?")
    submit = _("Confirm and draw")
    done = _("Drawn. Check the effect, then send the results.")

    @property
    def text(self) -> str:
        final = _("The draw is final and happens once; secret, digits and seed become public at once.")
        look = _("Look at the source yourself and type what it says; if it is what the first person read, it is drawn.")
        return f"{final} {self.source_words} {look}"

    def act(self, form: DigitsForm) -> Ballot:
        return actions.draw_ballot(ballot_id=self.target.pk, digits=form.cleaned_data["digits"], by=self.user)


class SendResults(Step):
    title = _("Send the results?")
    text = _(
        "The drawn groups get their places, everyone is told once, and any places left can be booked. It is final."
    )
    submit = _("Send the results")
    done = _("The results are being sent. You can leave this page.")

    def act(self, form) -> Ballot:
        return start_sending(ballot_id=self.target.pk, by=self.user)


class TakeOutSession(Act):
    """Cancel a session although the list is published."""

    form_class = CancelForm
    submit = _("Cancel the session")
    danger = True
    done = _("The session is cancelled. The ballot says so, and everyone who wished for it has been told.")

    def get_target(self, reference: str, pk: int) -> Session:
        self.ballot = get_object_or_404(queries.ballots_visible_to(self.user), reference=reference)
        return get_object_or_404(queries.sessions_of(self.ballot), pk=pk)

    may = staticmethod(policy.may_take_out)

    @property
    def title(self) -> str:
        return _("Take the session of {time} out of the ballot?").format(time=short_moment(self.target.starts_at))

    @property
    def text(self) -> str:
        return _(
            "This is final: the session does not take place. The ballot shows it, and everyone who wished for it gets "
            "an email with your reason."
        )

    def act(self, form: CancelForm) -> Ballot:
        return take_out_session(
            ballot_id=self.ballot.pk, session_id=self.target.pk, reason=form.cleaned_data["reason"], by=self.user
        )

    @property
    def back_url(self) -> str:
        return reverse("ballot_run", args=[self.ballot.reference])
