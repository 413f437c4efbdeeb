"""Reads for ballots: who sees them, their sessions and entries, and the facts behind the weights."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, TypedDict

from django.db.models import Case, Count, Exists, F, Min, OuterRef, Prefetch, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce, TruncDate

from programs.accounts.models import User
from programs.ballots.choices import FROZEN, BallotState, EntryOutcome
from programs.ballots.models import Ballot, BallotEntry, Wish
from programs.ballots.rules.fair import WeightFacts
from programs.bookings.choices import CAME, COUNT_IN_SEASON, LIVE
from programs.bookings.choices import BookingState as S
from programs.bookings.models import Booking
from programs.centres.choices import BookingMode, CentreRole, SessionState
from programs.centres.models import Centre, Season, Session
from programs.centres.queries.schedule import centres_overseen_by, managed_centre_ids
from programs.centres.queries.sessions import SESSION_PARTS, with_ratios
from programs.core.models import Holiday, Job
from programs.schools.choices import OfficeRole
from programs.schools.models import Area, School
from programs.schools.queries.roles import roles_of

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

TWELVE_MONTHS = timedelta(days=365)
BALLOT_PARTS = ("season", "session__field_trip__centre", "session__room")
ENTRY_PARTS = ("ballot", "session__field_trip__centre", "school__ward", "class_group")
WISHES = Prefetch("wishes", queryset=Wish.objects.select_related("session__field_trip__centre"))


# --- Who sees what ------------------------------------------------------------------------------
def public_ballots() -> QuerySet[Ballot]:
    """A ballot, its list and its result are everybody's; they name schools, never a person."""
    return Ballot.objects.select_related(*BALLOT_PARTS)


def ballots_visible_to(user) -> QuerySet[Ballot]:
    """Behind the scenes: the whole department all; others those of their centres' sessions, and the seasons'."""
    roles = roles_of(user)
    if roles.is_whole_department:
        return public_ballots()
    if not roles.is_department and not managed_centre_ids(user):
        return Ballot.objects.none()
    return public_ballots().filter(_of_their_centres(user) | Q(season__isnull=False))


def _of_their_centres(user, session: str = "session__") -> Q:
    """What is at a centre that the person manages, or that lies in the areas of a post of the department."""
    centre = f"{session}field_trip__centre__in"
    managed = Q(**{centre: managed_centre_ids(user)})
    return managed | Q(**{centre: centres_overseen_by(user).values("pk")}) if roles_of(user).is_department else managed


def entries_visible_to(user) -> QuerySet[BallotEntry]:
    """The entries of the person's own schools."""
    own = BallotEntry.objects.filter(school__in=roles_of(user).school_ids)
    return own.select_related(*ENTRY_PARTS, "booking").prefetch_related(WISHES)


def sessions_to_offer(user, *, now: datetime) -> QuerySet[Session]:
    """Sessions outside seasons of which this person may make a ballot."""
    sessions = Session.objects.upcoming(now).filter(season__isnull=True, ballot__isnull=True, seats_taken=0)
    if not roles_of(user).is_whole_department:
        sessions = sessions.filter(_of_their_centres(user, ""))
    return sessions.select_related(*SESSION_PARTS).order_by("starts_at", "pk")


def seasons_to_offer(user, *, now: datetime) -> QuerySet[Season]:
    """Seasons without a ballot, which are the department's for the whole province."""
    if not roles_of(user).is_whole_department:
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


def first_session_at(ballot: Ballot) -> datetime | None:
    """When the first of its sessions that take place begins."""
    live = sessions_of(ballot).filter(state=SessionState.SCHEDULED)
    return live.aggregate(first=Min("starts_at"))["first"]


def ballot_that_keeps(sessions: QuerySet[Session]) -> Ballot | None:
    """The ballot whose list is published and whose results are not sent, that gives places of one of the sessions."""
    live = sessions.filter(state=SessionState.SCHEDULED).order_by()
    of_these = Q(session__in=live.values("pk")) | Q(season__in=live.values("season"))
    return Ballot.objects.filter(of_these, state__in=FROZEN).order_by("pk").first()


class OfDay(TypedDict):
    day: date
    on_holiday: bool


def sessions_to_wish(ballot: Ballot) -> dict[int, WithAnnotations[Session, OfDay]]:
    """The sessions that a class may wish, by their keys, each with ``on_holiday`` and its adult ratios."""
    return with_ratios(sessions_with_day()).in_bulk(list(sessions_to_enter(ballot).values_list("pk", flat=True)))


def sessions_with_day() -> QuerySet[WithAnnotations[Session, OfDay]]:
    holidays = Holiday.of().filter(starts_on__lte=OuterRef("day"), ends_on__gte=OuterRef("day"))
    sessions = Session.objects.annotate(day=TruncDate("starts_at")).annotate(on_holiday=Exists(holidays))
    return sessions.select_related(*SESSION_PARTS, "season")


# --- Entries ------------------------------------------------------------------------------------
def entries_of(ballot: Ballot) -> QuerySet[BallotEntry]:
    """Those that take part, in the order of their numbers."""
    entries = ballot.entries.exclude(outcome=EntryOutcome.WITHDRAWN)
    parts = (*ENTRY_PARTS, "school__cluster", "leader", "booking")
    return entries.select_related(*parts).prefetch_related(WISHES).order_by("number")


def own_entries(user, ballot: Ballot) -> QuerySet[BallotEntry]:
    return entries_visible_to(user).filter(ballot=ballot).exclude(outcome=EntryOutcome.WITHDRAWN)


def ticket_of_class(ballot: Ballot, class_group_id: int) -> BallotEntry | None:
    """The entry of the class: it has one in a ballot."""
    return ballot.entries.exclude(outcome=EntryOutcome.WITHDRAWN).filter(class_group=class_group_id).first()


def entrants_of(ballot: Ballot, *, session: Session | None = None) -> dict[User, list[BallotEntry]]:
    """Who entered, with their entries; only those who wish ``session`` where it is given."""
    found: dict[User, list[BallotEntry]] = defaultdict(list)
    for entry in entries_of(ballot):
        if session is None or session.pk in [wish.session_id for wish in entry.wishes.all()]:
            found[entry.leader].append(entry)
    return found


def leaders_to_settle(ballot_id: int) -> list[int]:
    """Whose entries are still to be booked or queued, in the drawn order."""
    rows = BallotEntry.objects.filter(ballot=ballot_id, settled_at=None).exclude(outcome=EntryOutcome.WITHDRAWN)
    return list(dict.fromkeys(rows.order_by("place").values_list("leader_id", flat=True)))


def sending_job(ballot: Ballot, *, key: str) -> Job | None:
    return Job.objects.filter(unique_key=key).first()


def runners_of(ballot: Ballot) -> QuerySet[User]:
    """Who may run the ballot: the department, and for a single session the managers of its centre."""
    runs = Q(officer_posts__role=OfficeRole.DEPARTMENT)
    if ballot.session:
        centre = ballot.session.field_trip.centre_id
        manages = {"centre": centre, "role": CentreRole.MANAGER, "ended_on__isnull": True}
        runs |= Q(**{f"centre_posts__{name}": value for name, value in manages.items()})
    return User.objects.filter(runs, is_active=True).distinct().order_by("pk")


def published_list(ballot: Ballot) -> dict:
    """The list as it was published; empty before that."""
    return json.loads(ballot.published) if ballot.published else {"entries": [], "schools": [], "sessions": []}


def ballots_with_counts(ballots: QuerySet[Ballot]) -> QuerySet[Ballot]:
    taking_part = ~Q(entries__outcome=EntryOutcome.WITHDRAWN)
    return ballots.annotate(
        entry_count=Count("entries", filter=taking_part),
        school_count=Count("entries__school", filter=taking_part, distinct=True),
    )


# --- The facts that weigh -----------------------------------------------------------------------
def weight_facts(ballot: Ballot, schools: Collection[School], *, until: datetime) -> dict[int, WeightFacts]:
    """The facts of each school by its key, in three queries."""
    keys = {school.pk for school in schools}
    lately = _visits(keys, since=until - TWELVE_MONTHS, until=until)
    ever = _visits(keys, since=None, until=until)
    wards = _wards_of(ballot)
    return {
        school.pk: WeightFacts(
            roll=school.pupil_count,
            visits=lately.get(school.pk, 0),
            never=school.pk not in ever,
            distance=_distance(school, wards),
            kind=school.ward.kind,
        )
        for school in schools
    }


def _visits(schools: Collection[int], *, since: datetime | None, until: datetime) -> dict[int, int]:
    """Pupils who came, by school, and places that stood empty because a group stayed away without a word.

    Those of a merged school count for the remaining one.
    """
    had = Booking.objects.filter(state__in=(*CAME, S.NO_SHOW), session__starts_at__lte=until)
    if since is not None:
        had = had.filter(session__starts_at__gt=since)
    had = had.annotate(today=Coalesce("school__merged_into_id", "school_id")).filter(today__in=schools)
    used = Case(When(state=S.NO_SHOW, then=F("pupils")), default=F("arrived_pupils"))
    totals = had.order_by().values("today").annotate(places=Sum(used, default=0))
    return dict(totals.values_list("today", "places"))


def _wards_of(ballot: Ballot) -> list[Area]:
    """Where the centres of the ballot's sessions lie: the same for every school, whatever it wishes."""
    sessions = sessions_of(ballot).select_related(None).order_by()
    return list(Area.objects.filter(pk__in=sessions.values("field_trip__centre__ward")))


def _distance(school: School, wards: Collection[Area]) -> str:
    """How far the nearest centre is, as the two trees of the administration tell it."""
    if school.ward_id in {ward.pk for ward in wards}:
        return ""
    same = school.ward.former_province in {ward.former_province for ward in wards}
    return "other_ward" if same else "other_province"


def bookings_in_season(season_id: int, schools: Collection[int]) -> dict[int, int]:
    """What counts against each school's cap already."""
    rows = Booking.objects.filter(school__in=schools, state__in=COUNT_IN_SEASON, session__season=season_id)
    return dict(rows.order_by().values_list("school").annotate(Count("pk")))


def centres_of(ballot: Ballot) -> list[Centre]:
    """Where its sessions take place."""
    sessions = sessions_of(ballot).select_related(None).order_by()
    return list(Centre.objects.filter(pk__in=sessions.values("field_trip__centre")).order_by("code"))


def bookings_at_centres(schools: Collection[int], *, now: datetime) -> dict[tuple[int, int], int]:
    """By school and centre, what counts against the school's cap at the centre already."""
    rows = Booking.objects.filter(school__in=schools, state__in=LIVE, session__starts_at__gt=now).order_by()
    rows = rows.values_list("school", "session__field_trip__centre").annotate(Count("pk"))
    return {(school, centre): count for school, centre, count in rows}


def busy_wishes(entries: Iterable[BallotEntry]) -> dict[int, list[int]]:
    """Of each entry the wished sessions at whose time the class has a live booking."""
    entries = list(entries)
    of_class: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    live = Booking.objects.filter(state__in=LIVE, class_group__in={entry.class_group_id for entry in entries})
    for group, starts, ends in live.values_list("class_group", "session__starts_at", "session__ends_at"):
        of_class[group].append((starts, ends))
    return {
        entry.pk: [
            wish.session_id
            for wish in entry.wishes.all()
            if any(
                starts < wish.session.ends_at and wish.session.starts_at < ends
                for starts, ends in of_class[entry.class_group_id]
            )
        ]
        for entry in entries
    }


def ballots_to_close(*, now: datetime) -> list[int]:
    return list(Ballot.objects.filter(state=BallotState.OPEN, closes_at__lte=now).values_list("pk", flat=True))


def ballots_between() -> list[int]:
    """Those whose list is published and whose results are not sent."""
    return list(Ballot.objects.filter(state__in=FROZEN).order_by("pk").values_list("pk", flat=True))
