"""Secret addresses from which a calendar program reads visits."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.calendars.models import CalendarFeed
from programs.calendars.policy import may_make_feed, may_revoke_feed
from programs.calendars.queries import hash_of
from programs.centres.models import Centre
from programs.core.audit import record
from programs.core.policy import must


@transaction.atomic
def make_feed(*, by: User, centre: Centre | None) -> str:
    """Create a new secret for the person's own visits, or for a centre's; an earlier one stops working.

    The secret is shown once and not stored. Raises PermissionDenied.
    """
    must(may_make_feed(by, centre))
    token = secrets.token_urlsafe(24)
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # two presses of the button: one address opens
    _revoke(by=by, centre=centre)
    feed = CalendarFeed.objects.create(user=by, centre=centre, token_hash=hash_of(token))
    record(by=by, action="feed.make", obj=feed, after={"centre": centre.pk if centre else None})
    return token


@transaction.atomic
def revoke_feed(*, feed: CalendarFeed, by: User) -> None:
    """Revoke the address; revoking twice changes nothing. Raises PermissionDenied."""
    must(may_revoke_feed(by, feed))
    if CalendarFeed.objects.filter(pk=feed.pk, revoked_at=None).update(revoked_at=timezone.now()):
        record(by=by, action="feed.revoke", obj=feed)


def note_reading(*, feed: CalendarFeed, shown_hash: str, now: datetime) -> datetime:
    """Record the day of a reading, so that forgotten addresses are noticed; gives since when it has shown the same.

    Writes at most once a day, and when it shows something else than before.
    """
    today, since = timezone.localtime(now).date(), feed.shown_since
    if since is None or feed.shown_hash != shown_hash:
        since = now.replace(microsecond=0)
    elif feed.last_read_on == today:
        return since
    read = {"last_read_on": today, "shown_hash": shown_hash, "shown_since": since}
    CalendarFeed.objects.filter(pk=feed.pk).update(**read)
    return since


def _revoke(*, by: User, centre: Centre | None) -> None:
    CalendarFeed.objects.filter(user=by, centre=centre, revoked_at=None).update(revoked_at=timezone.now())
