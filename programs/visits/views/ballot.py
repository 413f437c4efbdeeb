"""The draw: its public page and files, a school's entries, and the steps of those who run it."""

from __future__ import annotations

import csv
import io
from functools import partial
from pathlib import Path

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from programs.core.audit import history_of
from programs.core.dates import short_moment
from programs.core.gates import forbidden_unless, in_person, not_found_unless, signed_in
from programs.core.refusals import Refused, show_refusal
from programs.schools.queries import standing_of
from programs.visits import rules
from programs.visits.actions import ballot as actions
from programs.visits.actions.ballot_results import send_results
from programs.visits.choices import BallotState, EntryOutcome
from programs.visits.forms import ConfirmationForm
from programs.visits.forms.ballot import BallotForm, EntryChangeForm, EntryForm, SeedForm
from programs.visits.models import Ballot, BallotEntry, Session
from programs.visits.queries import ballot as queries
from programs.visits.queries import classes_for_booking, sessions_visible_to
from programs.visits.queries.ratios import pupils_per_adult
from programs.visits.rules import ballot as fair

SCRIPT = Path(__file__).parent.parent / "tools" / "repeat_draw.py"
PUBLISHED = (BallotState.CLOSED, BallotState.DRAWN, BallotState.SENT)


# --- For everybody ------------------------------------------------------------------------------
@require_safe
def ballot_detail(request: HttpRequest, reference: str) -> HttpResponse:
    """The list, the seed and the result; how it works and how to repeat it."""
    ballot = get_object_or_404(queries.public_ballots(), reference=reference)
    document = queries.published_list(ballot)
    sent = ballot.state == BallotState.SENT
    own = queries.own_entries(request.user, ballot) if request.user.is_authenticated else []
    context = {
        "ballot": ballot,
        "title": ballot_title(ballot),
        "now": timezone.now(),
        "accepts": fair.entering_refusal(now=timezone.now(), closes_at=ballot.closes_at, state=ballot.state) is None,
        "sessions": list(queries.sessions_to_enter(ballot)) if ballot.state == BallotState.OPEN else [],
        "own": list(own),
        "rows": _result_rows(ballot, document) if sent else document["entries"],
        "coverage": _coverage(ballot, document) if sent else None,
        "factors": [(fair.FACTOR_WORDS[name], ballot.factors.get(name, 0)) for name in fair.FACTORS],
        "script": SCRIPT.read_text(encoding="utf-8"),
    }
    return render(request, "visits/ballot_detail.html", context)


def ballot_title(ballot: Ballot) -> str:
    if ballot.season:
        return ballot.season.local_name
    return f"{ballot.session.field_trip.local_title}, {short_moment(ballot.session.starts_at)}"


def _result_rows(ballot: Ballot, document: dict) -> list[dict]:
    """The published list in the drawn order with what came of each number."""
    results = {entry.number: entry for entry in ballot.entries.exclude(place=None)}
    rows = [
        {
            **row,
            "place": results[row["number"]].place,
            "ticket": results[row["number"]].ticket,
            "won": results[row["number"]].outcome == EntryOutcome.WON,
            "outcome": results[row["number"]].get_outcome_display(),
            "state": results[row["number"]].outcome,
            "reason": results[row["number"]].reason,
            "why": fair.reason_words(results[row["number"]].reason),
        }
        for row in document["entries"]
    ]
    return sorted(rows, key=lambda row: row["place"])


def _coverage(ballot: Ballot, document: dict) -> fair.Coverage:
    return fair.coverage(document, dict(ballot.entries.values_list("number", "outcome")))


def _published(reference: str, *states: str) -> Ballot:
    return get_object_or_404(queries.public_ballots(), reference=reference, state__in=states)


@require_safe
def ballot_list_json(request: HttpRequest, reference: str) -> HttpResponse:
    """The published list to the byte: its SHA-256 is the published one."""
    ballot = _published(reference, *PUBLISHED)
    return _file(ballot.published, "application/json", f"{reference}-list.json")


@require_safe
def ballot_list_csv(request: HttpRequest, reference: str) -> HttpResponse:
    """The same entries for a spreadsheet."""
    document = queries.published_list(_published(reference, *PUBLISHED))
    names = ["number", "session", "school", "name", "ward", "cluster", "group", "pupils", "may_win", "busy", "weight"]
    facts = ["roll", "visits", "never", "distance", "kind"]
    rows = [[row[name] for name in names] + [row["facts"][name] for name in facts] for row in document["entries"]]
    return _file(_csv([names + facts, *rows]), "text/csv; charset=utf-8", f"{reference}-list.csv")


@require_safe
def ballot_result_csv(request: HttpRequest, reference: str) -> HttpResponse:
    """What the program that repeats the draw prints, line by line; and what changed between draw and result."""
    ballot = _published(reference, BallotState.SENT)
    names = ["place", "number", "ticket", "won", "reason"]
    rows = _result_rows(ballot, queries.published_list(ballot))
    lines = [[row["place"], row["number"], row["ticket"], "yes" if row["won"] else "no", row["reason"]] for row in rows]
    return _file(_csv([names, *lines]), "text/csv; charset=utf-8", f"{reference}-result.csv")


@require_safe
def ballot_script(request: HttpRequest) -> HttpResponse:
    return _file(SCRIPT.read_text(encoding="utf-8"), "text/x-python; charset=utf-8", SCRIPT.name)


def _csv(rows: list[list]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows([[_cell(value) for value in row] for row in rows])
    return written.getvalue()


def _cell(value: object) -> object:
    """A text that a spreadsheet would take for a formula stays a text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@")) else value


def _file(text: str, content_type: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(text.encode(), content_type=content_type, headers=headers)


# --- A school's entries -------------------------------------------------------------------------
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def session_enter(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter a class for a session whose places are drawn."""
    session = get_object_or_404(sessions_visible_to(request.user), pk=pk)
    ballot = not_found_unless(queries.ballot_of(session))
    forbidden_unless(bool(standing_of(request.user).working_schools))
    classes = classes_for_booking(request.user, session)
    form = EntryForm(
        request.POST or None,
        classes=classes,
        ratio_of=partial(pupils_per_adult, session.field_trip),
        largest=session.largest_group,
        initial=_first_guess(request, session, classes),
    )
    if request.method == "POST" and form.is_valid():
        try:
            entry = actions.enter_ballot(
                ballot_id=ballot.pk,
                session_id=session.pk,
                group=form.group,
                wait_if_lost=form.cleaned_data["wait_if_lost"],
                by=request.user,
                key=form.cleaned_data["idempotency_key"],
            )
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            message = _("Class {group} takes part in the draw as number {number}.")
            messages.success(request, message.format(group=entry.class_group, number=entry.number))
            return redirect("entry_detail", entry.pk)
    return _entry_page(request, session, ballot, form, classes=classes)


def _first_guess(request: HttpRequest, session: Session, classes: list) -> dict:
    """The person's own class, with its number of pupils, as far as they may come, and their adults."""
    own = [each for each in classes if each.homeroom_teacher_id == request.user.pk]
    own.sort(key=lambda each: -each.pupil_count)  # a class without its pupils says least
    chosen = next(iter(own or (classes if len(classes) == 1 else [])), None)
    if chosen is None or not chosen.pupil_count:
        return {"class_group": chosen.pk} if chosen else {}
    pupils = min(chosen.pupil_count, session.largest_group)
    adults = rules.adults_needed(pupils, pupils_per_adult(session.field_trip, chosen.grade))
    return {"class_group": chosen.pk, "pupils": pupils, "adults": adults}


def _entry_page(
    request: HttpRequest, session: Session, ballot: Ballot, form, *, classes: list, entry: BallotEntry | None = None
) -> HttpResponse:
    now = timezone.now()
    context = {
        "session": session,
        "trip": session.field_trip,
        "centre": session.field_trip.centre,
        "ballot": ballot,
        "form": form,
        "classes": classes,
        "entry": entry,
        "now": now,
        "refusal": fair.entering_refusal(now=now, closes_at=ballot.closes_at, state=ballot.state),
        "title": _("Change the entry") if entry else _("Enter the ballot"),
    }
    return render(request, "visits/session_enter.html", context)


@signed_in
@require_safe
def entry_list(request: HttpRequest) -> HttpResponse:
    """What the person's schools entered, the newest first."""
    not_found_unless(standing_of(request.user).is_school_staff)
    entries = queries.entries_visible_to(request.user).exclude(outcome=EntryOutcome.WITHDRAWN)
    rows = list(entries.select_related("ballot__season").order_by("-created_at", "-pk")[:100])
    return render(request, "visits/entry_list.html", {"entries": rows})


@signed_in
@require_safe
def entry_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry: what was said, what it weighs, what came of it and why."""
    entry = get_object_or_404(queries.entries_visible_to(request.user), pk=pk)
    ballot = entry.ballot
    sent = ballot.state == BallotState.SENT
    refusal = fair.entering_refusal(now=timezone.now(), closes_at=ballot.closes_at, state=ballot.state)
    context = {
        "entry": entry,
        "ballot": ballot,
        "session": entry.session,
        "trip": entry.session.field_trip,
        "centre": entry.session.field_trip.centre,
        "sent": sent,
        "total": ballot.entries.exclude(place=None).count() if sent else 0,
        "why": fair.reason_words(entry.reason) if sent else "",
        "points": _points_in_words(entry),
        "may_change": refusal is None and entry.outcome == EntryOutcome.ENTERED and _manages(request, entry),
    }
    return render(request, "visits/entry_detail.html", context)


def _points_in_words(entry: BallotEntry) -> list[tuple[str, int]]:
    facts, points = entry.weight_facts, entry.weight_facts.get("points", {})
    names = {"distance": facts.get("distance"), "kind": facts.get("kind")}
    return [(fair.POINT_WORDS[names.get(name) or name], number) for name, number in points.items()]


def _manages(request: HttpRequest, entry: BallotEntry) -> bool:
    standing = standing_of(request.user)
    return rules.can_manage_booking(standing, user_id=request.user.pk, leader_id=entry.leader_id, school=entry.school)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def entry_edit(request: HttpRequest, pk: int) -> HttpResponse:
    entry = get_object_or_404(queries.entries_visible_to(request.user), pk=pk)
    forbidden_unless(_manages(request, entry))
    not_found_unless(entry.outcome == EntryOutcome.ENTERED)
    session = entry.session
    form = EntryChangeForm(
        request.POST or None,
        entry=entry,
        ratio_of=partial(pupils_per_adult, session.field_trip),
        own=in_person(request) and rules.can_write_needs(user_id=request.user.pk, leader_id=entry.leader_id),
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_entry(
                entry_id=entry.pk,
                group=form.group,
                wait_if_lost=form.cleaned_data["wait_if_lost"],
                by=request.user,
            )
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("The entry is changed."))
            return redirect("entry_detail", entry.pk)
    return _entry_page(request, session, entry.ballot, form, classes=[entry.class_group], entry=entry)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def entry_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    entry = get_object_or_404(queries.entries_visible_to(request.user), pk=pk)
    forbidden_unless(_manages(request, entry))
    form = ConfirmationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw_entry(entry_id=entry.pk, by=request.user)
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("The class does not take part in the draw any more."))
            return redirect("entry_list")
    context = {
        "title": _("Withdraw entry number {number}?").format(number=entry.number),
        "text": _("Until entries close, the class can be entered again."),
        "form": form,
        "submit": _("Withdraw"),
        "danger": True,
        "back_url": reverse("entry_detail", args=[entry.pk]),
    }
    return render(request, "components/confirm.html", context)


# --- For those who run it -----------------------------------------------------------------------
@signed_in
@require_safe
def ballot_list(request: HttpRequest) -> HttpResponse:
    _must_see_ballots(request)
    ballots = queries.ballots_with_counts(queries.ballots_visible_to(request.user))
    rows = [(ballot, ballot_title(ballot)) for ballot in ballots.order_by("-closes_at", "-pk")]
    return render(request, "visits/ballot_list.html", {"rows": rows})


def _must_see_ballots(request: HttpRequest) -> None:
    """The department, and those who manage a centre; nobody else learns that the pages exist."""
    not_found_unless(standing_of(request.user).is_department or bool(queries.managed_centre_ids(request.user)))


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
            messages.success(request, _("Schools can enter from now on."))
            return redirect("ballot_run", ballot.reference)
    return render(request, "visits/ballot_new.html", {"form": form})


def _run(request: HttpRequest, reference: str) -> Ballot:
    """The ballot of somebody who may see it behind the scenes (else 404) and runs it (else 403)."""
    ballot = get_object_or_404(queries.ballots_visible_to(request.user), reference=reference)
    forbidden_unless(actions.may_run_ballot(by=request.user, ballot=ballot))
    return ballot


@signed_in
@require_safe
def ballot_run(request: HttpRequest, reference: str) -> HttpResponse:
    """Where the ballot stands, its entries, and what the draw would do before it is sent."""
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
        "coverage": _coverage(ballot, document) if drawn else None,
        "may_run": actions.may_run_ballot(by=request.user, ballot=ballot),
        "may_close": fair.close_refusal(now=timezone.now(), closes_at=ballot.closes_at) is None,
        "now": timezone.now(),
        "history": history_of(ballot),
    }
    return render(request, "visits/ballot_run.html", context)


def _steps(ballot: Ballot) -> list[dict]:
    """Where the ballot is on its way; a step that is done says when."""
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
        done=_("The list is published."),
        title=_("Publish the list of entries?"),
        text=_("Everybody can read it: numbers, schools, sizes, weights and what they come from. It is final."),
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
        done=_("Drawn. Look at what it does, then send the results."),
        title=_("Draw now?"),
        text=" ".join([text, _("It is drawn once. Nothing is sent yet: first you see what it does.")]),
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
        done=_("The results are sent."),
        title=_("Send the results?"),
        text=_("The drawn groups get their places, everybody is told once, and what is left is open for booking."),
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
