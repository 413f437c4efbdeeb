"""A school's entries."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from programs.ballots import policy, queries
from programs.ballots.actions import entries as actions
from programs.ballots.choices import BallotState, EntryOutcome
from programs.ballots.forms import EntryChangeForm, EntryForm
from programs.ballots.models import Ballot, BallotEntry
from programs.ballots.rules import fair, steps
from programs.bookings.policy import may_book
from programs.bookings.queries import classes_for_booking
from programs.bookings.rules.booking import adults_needed
from programs.centres.models import Session
from programs.centres.queries.sessions import ratio_of_session, sessions_visible_to, with_ratios
from programs.core.acting import Act
from programs.core.gates import in_person, not_found_unless, signed_in
from programs.pupils.models import ClassGroup


class EntryAct(Act):
    """A group for a draw, with its wishes and the clock by which entries close; ``session`` is the one it came from."""

    template_name = "ballots/session_enter.html"
    session: Session
    ballot: Ballot
    classes: list[ClassGroup]
    entry: BallotEntry | None = None

    def get_context_data(self, **kwargs) -> dict:
        session, now = self.session, timezone.now()
        return super().get_context_data(
            session=session,
            trip=session.field_trip,
            centre=session.field_trip.centre,
            ballot=self.ballot,
            classes=self.classes,
            sessions=self.sessions,
            entry=self.entry,
            now=now,
            refusal=steps.entering_refusal(self.ballot, now=now),
            **kwargs,
        )

    @cached_property
    def sessions(self) -> list[Session]:
        return list(queries.sessions_to_enter(self.ballot))

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"sessions": self.sessions}

    def way_back(self, entry: BallotEntry) -> str:
        return reverse("entry_detail", args=[entry.pk])


class EnterBallot(EntryAct):
    """Enter a class for the ballot of a session, which is its first wish unless the teacher chooses another."""

    form_class = EntryForm
    title = _("Enter the ballot")

    def get_target(self, pk: int) -> Session:
        self.session = get_object_or_404(with_ratios(sessions_visible_to(self.user)), pk=pk)
        self.ballot = not_found_unless(queries.ballot_of(self.session))
        return self.session

    def may(self, user, session: Session) -> bool:
        return may_book(user)

    @cached_property
    def classes(self) -> list[ClassGroup]:
        return classes_for_booking(self.user, self.session)

    def get_form_kwargs(self) -> dict:
        ratio_of = partial(ratio_of_session, self.session)
        about = {"classes": self.classes, "ratio_of": ratio_of, "largest": self.session.largest_group}
        return super().get_form_kwargs() | about

    def get_initial(self) -> dict:
        """This session; the person's own class, with its number of pupils, as far as they may come, and their adults."""
        wish = {"wish_1": str(self.session.pk)}
        own = [each for each in self.classes if each.homeroom_teacher_id == self.user.pk]
        own.sort(key=lambda each: -each.pupil_count)  # a class without its pupils says least
        chosen = next(iter(own or (self.classes if len(self.classes) == 1 else [])), None)
        if chosen is None or not chosen.pupil_count:
            return wish | ({"class_group": chosen.pk} if chosen else {})
        pupils = min(chosen.pupil_count, self.session.largest_group)
        adults = adults_needed(pupils, ratio_of_session(self.session, chosen.grade))
        return wish | {"class_group": chosen.pk, "pupils": pupils, "adults": adults}

    def act(self, form: EntryForm) -> BallotEntry:
        return actions.enter_ballot(
            ballot_id=self.ballot.pk,
            wishes=form.wishes,
            group=form.group,
            wait_if_lost=form.cleaned_data["wait_if_lost"],
            by=self.user,
            key=form.key,
        )

    def said(self, entry: BallotEntry) -> str:
        message = _("Class {group} is entered in the draw as number {number}.")
        return message.format(group=entry.class_group, number=entry.number)


@signed_in
@require_safe
def entry_list(request: HttpRequest) -> HttpResponse:
    """What the person's schools entered, the newest first."""
    not_found_unless(policy.may_see_entries(request.user))
    entries = queries.entries_visible_to(request.user).exclude(outcome=EntryOutcome.WITHDRAWN)
    rows = list(entries.select_related("ballot__season").order_by("-created_at", "-pk")[:100])
    return render(request, "ballots/entry_list.html", {"entries": rows})


@signed_in
@require_safe
def entry_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry: its details, its weight, its result and the reason."""
    entry = get_object_or_404(queries.entries_visible_to(request.user).select_related("ballot__season"), pk=pk)
    ballot = entry.ballot
    sent = ballot.state == BallotState.SENT
    refusal = steps.entry_refusal(entry, now=timezone.now())
    context = {
        "entry": entry,
        "ballot": ballot,
        "wishes": [wish.session for wish in entry.wishes.all()],
        "sent": sent,
        "called_off": ballot.state == BallotState.CALLED_OFF,
        "total": ballot.entries.exclude(place=None).count() if sent else 0,
        "why": entry.why if sent else "",
        "points": _points_in_words(entry),
        "may_change": refusal is None and policy.may_manage_entry(request.user, entry),
    }
    return render(request, "ballots/entry_detail.html", context)


def _points_in_words(entry: BallotEntry) -> list[tuple[str, int]]:
    facts, points = entry.weight_facts, entry.weight_facts.get("points", {})
    names = {"distance": facts.get("distance"), "kind": facts.get("kind")}
    return [(fair.POINT_WORDS[names.get(name) or name], number) for name, number in points.items()]


class ChangeEntry(EntryAct):
    form_class = EntryChangeForm
    title = _("Change the entry")
    done = _("The entry has been changed.")
    may = staticmethod(policy.may_manage_entry)

    def get_target(self, pk: int) -> BallotEntry:
        entries = queries.entries_visible_to(self.user).filter(outcome=EntryOutcome.ENTERED)
        self.entry = entry = get_object_or_404(entries, pk=pk)
        self.ballot, self.classes = entry.ballot, [entry.class_group]
        self.session = queries.sessions_of(self.ballot).get(pk=entry.wished[0])
        return entry

    def get_form_kwargs(self) -> dict:
        own = in_person(self.request) and policy.may_write_needs(self.user, self.target)
        return super().get_form_kwargs() | {"entry": self.target, "own": own}

    def get_initial(self) -> dict:
        return self.target.said

    def act(self, form: EntryChangeForm) -> BallotEntry:
        return actions.change_entry(
            entry_id=self.target.pk,
            wishes=form.wishes,
            group=form.group,
            wait_if_lost=form.cleaned_data["wait_if_lost"],
            version=form.cleaned_data["version"],
            by=self.user,
        )


class WithdrawEntry(Act):
    text = _("Until entries close, the class can be entered again.")
    submit = _("Withdraw")
    danger = True
    done = _("The class is no longer in the draw.")
    may = staticmethod(policy.may_manage_entry)

    def get_target(self, pk: int) -> BallotEntry:
        return get_object_or_404(queries.entries_visible_to(self.user), pk=pk)

    @property
    def title(self) -> str:
        return _("Withdraw entry number {number}?").format(number=self.target.number)

    def act(self, form) -> BallotEntry:
        return actions.withdraw_entry(entry_id=self.target.pk, by=self.user)

    @property
    def back_url(self) -> str:
        return reverse("entry_detail", args=[self.target.pk])

    def way_back(self, entry: BallotEntry) -> str:
        return reverse("entry_list")
