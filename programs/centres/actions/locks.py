"""The rows that are locked before places change hands."""

from __future__ import annotations

from programs.centres.models import Season, Session
from programs.core.locking import locked


def lock_season(*, season_id: int) -> Season:
    """The season's row and then all its sessions in the order of their keys, locked until the transaction ends.

    Changing a season together with its sessions begins here, after the ballot's row where there is one:
    two callers who took them in different orders would deadlock.
    """
    season = Season.objects.select_for_update(no_key=True).get(pk=season_id)
    sessions = Session.objects.select_for_update(no_key=True).filter(season=season_id)
    list(sessions.order_by("pk").values_list("pk", flat=True))
    return season


def season_as_it_is(*, season: Season | None) -> Season | None:
    """The season's row, locked and read afresh: nobody changes it until the sessions that follow it are written.

    It is locked before rooms and sessions.
    """
    return season and Season.objects.select_for_update(no_key=True).get(pk=season.pk)


def lock_session(*, session_id: int) -> Session:
    """The session's row, locked until the transaction ends."""
    return locked(Session.objects.select_related("field_trip__centre", "room"), pk=session_id, no_key=True)
