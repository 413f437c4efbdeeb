"""Who has visits read by a calendar program."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from programs.calendars.models import CalendarFeed
from programs.centres.models import Centre
from programs.centres.queries.sessions import centre_ids_of
from programs.core.permissions import EVERYBODY, SCHOOL_STAFF, Reach, Role, does, sees
from programs.schools.queries.roles import roles_of


def may_have_feeds(user) -> bool:
    """The staff of schools and of centres."""
    return roles_of(user).is_school_staff or bool(centre_ids_of(user))


def may_make_feed(user, centre: Centre | None) -> bool:
    """Of a centre its staff; of the visits that a person leads the staff of a school."""
    return centre.pk in centre_ids_of(user) if centre else roles_of(user).is_school_staff


def may_revoke_feed(user, feed: CalendarFeed) -> bool:
    return feed.user_id == user.pk


PERMISSIONS = [
    does(
        _("create and revoke secret addresses from which their calendar reads visits"),
        (*SCHOOL_STAFF, Role.CENTRE_STAFF),
        "feed_list",
        reach=Reach.OWN,
    ),
    sees(
        _("visits without names, at the secret address of a calendar, for anyone who was given it"),
        EVERYBODY,
        "feed_read",
        reach=Reach.ALL,
    ),
]
