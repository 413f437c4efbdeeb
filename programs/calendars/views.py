"""Calendar feeds: the page of a person's addresses, and what a calendar program reads."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from programs.bookings.ical import CALENDAR_TYPE
from programs.bookings.models import Booking
from programs.calendars import policy
from programs.calendars.actions import make_feed, note_reading, revoke_feed
from programs.calendars.forms import FeedForm
from programs.calendars.ical import calendar_feed
from programs.calendars.models import CalendarFeed
from programs.calendars.queries import bookings_in, feed_with_token, feeds_seen_by, hash_of_shown
from programs.centres.queries.sessions import centres_of
from programs.core.gates import not_found_unless, signed_in
from programs.core.policy import must


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def feed_list(request: HttpRequest) -> HttpResponse:
    """The response to creating a feed shows the address: it is not stored and shown only once."""
    must(policy.may_have_feeds(request.user))
    leads, centres = policy.may_make_feed(request.user, None), centres_of(request.user)
    if "revoke" in request.POST:
        return _revoke(request)
    form = FeedForm(request.POST or None, leads=leads, centres=centres)
    address = ""
    if request.method == "POST" and form.is_valid():
        token = make_feed(by=request.user, centre=form.centre)
        address = settings.SITE_URL + reverse("feed_read", args=[token])
        form = FeedForm(leads=leads, centres=centres)
    context = {"feeds": list(feeds_seen_by(request.user)), "form": form, "address": address}
    response = render(request, "calendars/feed_list.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def _revoke(request: HttpRequest) -> HttpResponse:
    key = request.POST["revoke"]
    not_found_unless(key.isascii() and key.isdigit() and len(key) < 16)
    revoke_feed(feed=get_object_or_404(feeds_seen_by(request.user), pk=key), by=request.user)
    messages.success(request, _("The address no longer works."))
    return redirect("feed_list")


@require_safe
def feed_read(request: HttpRequest, token: str) -> HttpResponse:
    """For calendar programs, which cannot sign in: the secret in the address is the key. No person is named.

    They ask every hour: as long as nothing has changed, the answer is 304.
    """
    feed = feed_with_token(token)
    not_found_unless(feed is not None)
    now = timezone.now()
    with translation.override(feed.user.language):
        bookings = bookings_in(feed, now=now)
        shown_hash = hash_of_shown(feed, bookings)
        since = note_reading(feed=feed, shown_hash=shown_hash, now=now)
        known = {"etag": quote_etag(shown_hash), "last_modified": int(since.timestamp())}
        response = get_conditional_response(request, **known) or _feed(feed, bookings, since=since)
    response["ETag"], response["Last-Modified"] = known["etag"], http_date(known["last_modified"])
    return _private(response)


def _feed(feed: CalendarFeed, bookings: QuerySet[Booking], *, since: datetime) -> HttpResponse:
    name = feed.centre.local_name if feed.centre else _("Visits I am leading")
    text = calendar_feed(bookings, name=name, for_centre=bool(feed.centre_id), stamp=since)
    return HttpResponse(text, content_type=CALENDAR_TYPE)


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, max-age=900"
    response["X-Robots-Tag"] = "noindex"
    return response
