"""Reads for ballots: who sees them, their sessions and entries, and the facts behind the weights."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, TypedDict

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, TruncDate

from programs.ballots.choices import BallotState, EntryOutcome
from programs.ballots.models import Ballot, BallotEntry
from programs.ballots.rules import WeightFacts
from programs.bookings.choices import CAME, COUNT_IN_SEASON, LIVE
from programs.bookings.models import Booking
from programs.centres.choices import BookingMode, SessionState
from programs.centres.models import Season, Session
from programs.centres.queries.schedule import managed_centre_ids
from programs.centres.queries.sessions import SESSION_PARTS
from programs.core.models import Holiday
from programs.schools.models import School
from programs.schools.queries.roles import roles_of

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

TWELVE_MONTHS = timedelta(days=365)
BALLOT_PARTS = ("season", "session__field_trip__centre", "session__room")
ENTRY_PARTS = ("ballot", "session__field_trip__centre__ward", "session__room", "school__ward", "class_group")


# --- Who sees what ------------------------------------------------------------------------------
def public_ballots() -> QuerySet[Ballot]:
    """A ballot, its list and its result are everybody's; they name schools, never a person."""
    return Ballot.objects.select_related(*BALLOT_PARTS)


def ballots_visible_to(user) -> QuerySet[Ballot]:
    """Behind the scenes: the department all; a centre's manager those of its sessions, and the seasons'."""
    if roles_of(user).is_department:
        return public_ballots()
    managed = managed_centre_ids(user)
    if not managed:
        return Ballot.objects.none()
    return public_ballots().filter(Q(session__field_trip__centre__in=managed) | Q(season__isnull=False))


def entries_visible_to(user) -> QuerySet[BallotEntry]:
    """The entries of the person's own schools."""
    return BallotEntry.objects.filter(school__in=roles_of(user).school_ids).select_related(*ENTRY_PARTS, "booking")


def sessions_to_offer(user, *, now: datetime) -> QuerySet[Session]:
    """Sessions outside seasons of which this person may make a ballot."""
    sessions = Session.objects.upcoming(now).filter(season__isnull=True, ballot__isnull=True, seats_taken=0)
    if not roles_of(user).is_department:
        sessions = sessions.filter(field_trip__centre__in=managed_centre_ids(user))
    return sessions.select_related(*SESSION_PARTS).order_by("starts_at", "pk")


def seasons_to_offer(user, *, now: datetime) -> QuerySet[Season]:
    """Seasons without a ballot, which are the department's."""
    if not roles_of(user).is_department:
        return Season.objects.none()
    return Season.objects.filter(ballot__isnull=True, closes_at__gt=now)


# --- A ballot and its sessions ------------------------------------------------------------------
def ballot_of(session: Session) -> Ballot | None:
    """The ballot in which the places of ``session`` are given, its own or its season's."""
    of_season = Q(season=session.season_id) if session.season_id else Q(pk__in=())
    return public_ballots().filter(Q(session=session.pk) | of_season).first()


def sessions_of(ballot: Ballot) -> QuerySet[Session]:
    """Every session whose places the ballot gives, cancelled ones too."""
    own = Q(season=ballot.season_id) if ballot.season_id else Q(pk=ballot.session_id)
    return Session.objects.filter(own).select_related(*SESSION_PARTS, "season").order_by("starts_at", "pk")


def sessions_to_enter(ballot: Ballot) -> QuerySet[Session]:
    """Those for which schools can enter."""
    return sessions_of(ballot).filter(
        state=SessionState.SCHEDULED, mode=BookingMode.BALLOT, starts_at__gt=ballot.closes_at
    )


def facts_of_target(*, season: Season | None, session: Session | None, now: datetime) -> dict:
    """What decides whether a season or session can be allocated by ballot: its first upcoming session, its bookings."""
    own = Q(season=season) if season else Q(pk=session.pk)
    upcoming = Session.objects.upcoming(now).filter(own)
    return {
        "first_starts_at": upcoming.aggregate(first=Min("starts_at"))["first"],
        "bookings": Booking.objects.live().filter(session__in=upcoming.values("pk")).count(),
        "has_ballot": Ballot.objects.filter(season=season, session=session).exists(),
    }


class OfDay(TypedDict):
    day: date
    on_holiday: bool


def session_to_enter(session_id: int) -> WithAnnotations[Session, OfDay]:
    """The current session with its trip, centre and season, and ``on_holiday``."""
    return sessions_with_day().get(pk=session_id)


def sessions_with_day() -> QuerySet[WithAnnotations[Session, OfDay]]:
    holidays = Holiday.objects.filter(starts_on__lte=OuterRef("day"), ends_on__gte=OuterRef("day"))
    sessions = Session.objects.annotate(day=TruncDate("starts_at")).annotate(on_holiday=Exists(holidays))
    return sessions.select_related(*SESSION_PARTS, "season")


# --- Entries ------------------------------------------------------------------------------------
def entries_of(ballot: Ballot) -> QuerySet[BallotEntry]:
    """Those that take part, in the order of their numbers."""
    entries = ballot.entries.exclude(outcome=EntryOutcome.WITHDRAWN)
    return entries.select_related(*ENTRY_PARTS, "school__cluster", "leader", "booking").order_by("number")


def own_entries(user, ballot: Ballot) -> QuerySet[BallotEntry]:
    return entries_visible_to(user).filter(ballot=ballot).exclude(outcome=EntryOutcome.WITHDRAWN)


def same_entry(ballot: Ballot, session: Session, class_group_id: int) -> BallotEntry | None:
    """The class's entry for this session."""
    entries = ballot.entries.exclude(outcome=EntryOutcome.WITHDRAWN)
    return entries.filter(session=session, class_group=class_group_id).first()


def published_list(ballot: Ballot) -> dict:
    """The list as it was published; empty before that."""
    return json.loads(ballot.published) if ballot.published else {"entries": [], "sessions": []}


def ballots_with_counts(ballots: QuerySet[Ballot]) -> QuerySet[Ballot]:
    taking_part = ~Q(entries__outcome=EntryOutcome.WITHDRAWN)
    return ballots.annotate(
        entry_count=Count("entries", filter=taking_part),
        school_count=Count("entries__school", filter=taking_part, distinct=True),
    )


# --- The facts that weigh -----------------------------------------------------------------------
def weight_facts(entries: Iterable[BallotEntry], *, until: datetime) -> dict[int, WeightFacts]:
    """The facts of each entry by its key, in two queries."""
    entries = list(entries)
    schools = {entry.school_id for entry in entries}
    lately = _visits(schools, since=until - TWELVE_MONTHS, until=until)
    ever = _visits(schools, since=None, until=until)
    return {
        entry.pk: WeightFacts(
            roll=entry.school.pupil_count,
            visits=lately.get(entry.school_id, 0),
            never=entry.school_id not in ever,
            distance=_distance(entry.school, entry.session),
            kind=entry.school.ward.kind,
        )
        for entry in entries
    }


def _visits(schools: Collection[int], *, since: datetime | None, until: datetime) -> dict[int, int]:
    """Pupils who came, by school; those of a merged school count for the remaining one."""
    came = Booking.objects.filter(state__in=CAME, session__starts_at__lte=until)
    if since is not None:
        came = came.filter(session__starts_at__gt=since)
    came = came.annotate(today=Coalesce("school__merged_into_id", "school_id")).filter(today__in=schools)
    return dict(came.order_by().values_list("today").annotate(Sum("arrived_pupils", default=0)))


def _distance(school: School, session: Session) -> str:
    """How far, as the two trees of the administration tell it."""
    there = session.field_trip.centre.ward
    if school.ward_id == there.pk:
        return ""
    same = school.ward.former_province == there.former_province
    return "other_ward" if same else "other_province"


def bookings_in_season(season_id: int, schools: Collection[int]) -> dict[int, int]:
    """What counts against each school's cap already."""
    rows = Booking.objects.filter(school__in=schools, state__in=COUNT_IN_SEASON, session__season=season_id)
    return dict(rows.order_by().values_list("school").annotate(Count("pk")))


def busy_entries(entries: Iterable[BallotEntry]) -> set[int]:
    """The entries whose class has a live booking at the time of the session."""
    entries = list(entries)
    of_class: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    live = Booking.objects.filter(state__in=LIVE, class_group__in={entry.class_group_id for entry in entries})
    for group, starts, ends in live.values_list("class_group", "session__starts_at", "session__ends_at"):
        of_class[group].append((starts, ends))
    return {
        entry.pk
        for entry in entries
        for starts, ends in of_class[entry.class_group_id]
        if starts < entry.session.ends_at and entry.session.starts_at < ends
    }


def ballots_to_close(*, now: datetime) -> list[int]:
    return list(Ballot.objects.filter(state=BallotState.OPEN, closes_at__lte=now).values_list("pk", flat=True))
