"""Secret addresses from which a calendar program reads visits."""

from __future__ import annotations

import secrets

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.centres.models import Centre
from programs.centres.policy import may_run
from programs.core.audit import record
from programs.visit_days.models import CalendarFeed
from programs.visit_days.queries.feeds import hash_of


def make_feed(*, by: User, centre: Centre | None) -> str:
    """Create a new secret for the person's own visits, or for a centre's; an earlier one stops working.

    The secret is shown once and not stored.
    """
    if centre and not may_run(by, centre):
        raise PermissionDenied
    token = secrets.token_urlsafe(24)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=by.pk)  # two presses of the button: one address opens
        _revoke(by=by, centre=centre)
        feed = CalendarFeed.objects.create(user=by, centre=centre, token_hash=hash_of(token))
        record(by=by, action="feed.make", obj=feed, before={}, after={"centre": centre.pk if centre else None})
    return token


def revoke_feed(*, feed: CalendarFeed, by: User) -> None:
    """Revoke the address; revoking twice changes nothing."""
    if feed.user_id != by.pk:
        raise PermissionDenied
    with transaction.atomic():
        if CalendarFeed.objects.filter(pk=feed.pk, revoked_at=None).update(revoked_at=timezone.now()):
            record(by=by, action="feed.revoke", obj=feed, before={}, after={})


def note_reading(*, feed: CalendarFeed) -> None:
    """Record the day of the last reading, so that forgotten addresses are noticed; at most once a day."""
    today = timezone.localdate()
    if feed.last_read_on != today:
        CalendarFeed.objects.filter(pk=feed.pk).update(last_read_on=today)


def _revoke(*, by: User, centre: Centre | None) -> None:
    CalendarFeed.objects.filter(user=by, centre=centre, revoked_at=None).update(revoked_at=timezone.now())
