"""A school's entries."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from programs.ballots import queries
from programs.ballots import rules as fair
from programs.ballots.actions import entries as actions
from programs.ballots.choices import BallotState, EntryOutcome
from programs.ballots.forms import EntryChangeForm, EntryForm
from programs.ballots.models import Ballot, BallotEntry
from programs.bookings import policy as booking_policy
from programs.bookings.queries import classes_for_booking
from programs.bookings.rules import booking as booking_rules
from programs.centres.models import Session
from programs.centres.queries.sessions import pupils_per_adult, sessions_visible_to
from programs.core.forms import ConfirmationForm
from programs.core.gates import in_person, not_found_unless, signed_in
from programs.core.policy import must
from programs.core.refusals import Refused, show_refusal
from programs.schools.queries.roles import roles_of


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def session_enter(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter a class for a session whose places are drawn."""
    session = get_object_or_404(sessions_visible_to(request.user), pk=pk)
    ballot = not_found_unless(queries.ballot_of(session))
    must(bool(roles_of(request.user).working_schools))
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
            message = _("Class {group} is entered in the draw as number {number}.")
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
    adults = booking_rules.adults_needed(pupils, pupils_per_adult(session.field_trip, chosen.grade))
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
    return render(request, "ballots/session_enter.html", context)


@signed_in
@require_safe
def entry_list(request: HttpRequest) -> HttpResponse:
    """What the person's schools entered, the newest first."""
    not_found_unless(roles_of(request.user).is_school_staff)
    entries = queries.entries_visible_to(request.user).exclude(outcome=EntryOutcome.WITHDRAWN)
    rows = list(entries.select_related("ballot__season").order_by("-created_at", "-pk")[:100])
    return render(request, "ballots/entry_list.html", {"entries": rows})


@signed_in
@require_safe
def entry_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry: its details, its weight, its result and the reason."""
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
    return render(request, "ballots/entry_detail.html", context)


def _points_in_words(entry: BallotEntry) -> list[tuple[str, int]]:
    facts, points = entry.weight_facts, entry.weight_facts.get("points", {})
    names = {"distance": facts.get("distance"), "kind": facts.get("kind")}
    return [(fair.POINT_WORDS[names.get(name) or name], number) for name, number in points.items()]


def _manages(request: HttpRequest, entry: BallotEntry) -> bool:
    roles = roles_of(request.user)
    return booking_policy.can_manage_booking(
        roles, user_id=request.user.pk, leader_id=entry.leader_id, school=entry.school
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def entry_edit(request: HttpRequest, pk: int) -> HttpResponse:
    entry = get_object_or_404(queries.entries_visible_to(request.user), pk=pk)
    must(_manages(request, entry))
    not_found_unless(entry.outcome == EntryOutcome.ENTERED)
    session = entry.session
    form = EntryChangeForm(
        request.POST or None,
        entry=entry,
        ratio_of=partial(pupils_per_adult, session.field_trip),
        own=in_person(request) and booking_policy.can_write_needs(user_id=request.user.pk, leader_id=entry.leader_id),
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
            messages.success(request, _("The entry has been changed."))
            return redirect("entry_detail", entry.pk)
    return _entry_page(request, session, entry.ballot, form, classes=[entry.class_group], entry=entry)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def entry_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    entry = get_object_or_404(queries.entries_visible_to(request.user), pk=pk)
    must(_manages(request, entry))
    form = ConfirmationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw_entry(entry_id=entry.pk, by=request.user)
        except Refused as refused:
            show_refusal(form, refused.refusal)
        else:
            messages.success(request, _("The class is no longer in the draw."))
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
