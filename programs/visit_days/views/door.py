"""The check-in page for a centre's phone: it works offline.

The page itself (the shell) contains no personal data, so the device may keep it. The day's list comes as JSON, the
device's marks go back as JSON; ``door.js`` keeps both, ``door_worker.js`` keeps the shell.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta

from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from programs.accounts.models import User
from programs.bookings import queries as booking_queries
from programs.bookings.models import Booking
from programs.centres.queries.sessions import day_begins
from programs.core.dates import long_date
from programs.core.gates import in_person, not_found_unless, signed_in
from programs.pupils.choices import Gender
from programs.visit_days import policy
from programs.visit_days.actions.marks import take_mark
from programs.visit_days.forms import MOST_MARKS, MarkForm, SendingForm, moment
from programs.visit_days.queries.door import DoorGroup, DoorPupil, DoorSession, Word, door_day, makers_of
from programs.visit_days.rules import came_late
from programs.visit_days.words import coming_pupils, expected_adults, expected_pupils, time_span

LARGEST_SENDING = 1024 * 1024
MAKER, MAKER_LASTS = "visit_days.maker", timedelta(days=30)  # as long as marks are kept here (visits.marks)
SHELL = [
    "css/portal.css",
    "js/kept.js",
    "js/portal.js",
    "js/door.js",
    "brand/icon.svg",
    *(f"fonts/be-vietnam-pro-{weight}.woff2" for weight in (400, 500, 600, 700)),
    "fonts/noto-sans.woff2",
]


@signed_in
@require_safe
def door(request: HttpRequest) -> HttpResponse:
    not_found_unless(policy.may_see_day(request.user))
    return render(request, "visit_days/door.html")


@require_safe
def door_worker(request: HttpRequest) -> HttpResponse:
    """The service worker. It contains nothing secret: browsers request it regardless of who is signed in."""
    urls = {name: static(name) for name in SHELL}
    # A file whose address holds its contents' hash is the same in every release that names it.
    lasting = [url for name, url in urls.items() if not url.endswith(f"/{name}")]
    files = [reverse("door"), reverse("door_manifest"), *urls.values()]
    context = {"files": json.dumps(files), "lasting": json.dumps(lasting), "door": json.dumps(reverse("door"))}
    # Another page, other words or other files: another worker, which takes all of them or none.
    page = render_to_string("visit_days/door.html", {"current_language": request.LANGUAGE_CODE})
    context["version"] = hashlib.sha256(f"{context['files']}{page}".encode()).hexdigest()[:12]
    response = render(request, "visit_days/door_worker.js", context, content_type="text/javascript; charset=utf-8")
    response["Service-Worker-Allowed"] = "/"  # for the addresses of the passes, too
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def door_manifest(request: HttpRequest) -> JsonResponse:
    manifest = {
        "name": _("Check-in at the centre"),
        "short_name": _("Check-in"),
        "lang": request.LANGUAGE_CODE,
        "id": reverse("door"),
        "start_url": reverse("door"),
        "scope": reverse("door"),
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#0d2340",
        "icons": [{"src": static("brand/icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
    }
    return JsonResponse(manifest, content_type="application/manifest+json")


@signed_in
@require_safe
def door_list(request: HttpRequest) -> JsonResponse:
    """Today's groups, for ``door.js``, to whom a way to the sign-in page says that the person signed out."""
    not_found_unless(policy.may_see_day(request.user))
    return JsonResponse(_list(request, timezone.now()))


@signed_in
@require_POST
def door_marks(request: HttpRequest) -> JsonResponse:
    """Take the marks of a device, answer each of them, and give the list as it is then; nothing sent, only the list."""
    not_found_unless(policy.may_see_day(request.user))
    if not request.headers.get("Content-Type", "").startswith("application/json"):
        return JsonResponse({"answers": [], "list": _list(request, timezone.now())})
    sent = _sent(request)
    head = SendingForm(sent)
    marks = sent.get("marks")
    if not head.is_valid() or not isinstance(marks, list) or len(marks) > MOST_MARKS:
        return JsonResponse({"message": _("The data that was sent could not be read.")}, status=400)
    now = timezone.now()
    forms = [MarkForm(each if isinstance(each, dict) else {}) for each in marks]
    bookings, makers = _bookings(request, forms), _makers(request, forms)
    # In the order in which they were made: the first of a device is replaced by its second.
    forms.sort(key=lambda form: form.cleaned_data.get("made_at", 0))
    answers = [_answer(request, form, bookings, makers, head.cleaned_data, now) for form in forms]
    return JsonResponse({"answers": answers, "list": _list(request, now)})


def _sent(request: HttpRequest) -> dict:
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_SENDING:
        return {}
    try:
        sent = json.loads(request.body)
    except ValueError:  # RecursionError is no ValueError, but 1 MB of brackets is caught below
        return {}
    except RecursionError:
        return {}
    return sent if isinstance(sent, dict) else {}


def _bookings(request: HttpRequest, forms: list[MarkForm]) -> dict[str, int]:
    references = {form.cleaned_data["booking"] for form in forms if form.is_valid()}
    found = booking_queries.bookings_run_by(request.user).filter(reference__in=references)
    return dict(found.values_list("reference", "pk"))


def _makers(request: HttpRequest, forms: list[MarkForm]) -> dict[str, User]:
    """Whose word a mark is: the sender's, or of whoever got the token in it with an earlier list on the same device."""
    tokens: dict[str, int] = {}
    for form in forms:
        if form.is_valid() and (token := form.cleaned_data["maker"]):
            try:
                tokens[token] = signing.loads(token, salt=MAKER, max_age=MAKER_LASTS)
            except signing.BadSignature:
                continue
    people = makers_of(set(tokens.values())) if tokens else {}
    return {"": request.user} | {token: people[pk] for token, pk in tokens.items() if pk in people}


def _answer(
    request: HttpRequest,
    form: MarkForm,
    bookings: dict[str, int],
    makers: dict[str, User],
    head: dict,
    now: datetime,
) -> dict:
    answer = {"id": str(form.data.get("id", "")), "booking": str(form.data.get("booking", ""))}
    if not form.is_valid():
        return answer | {"refused": "unreadable", "message": _("This check-in record could not be read.")}
    booking_id = bookings.get(form.cleaned_data["booking"])
    by = makers.get(form.cleaned_data["maker"])
    if by is None or (booking_id is None and by != request.user):
        # Nobody here can send it: it stays on the device until its maker signs in there.
        return answer | {"refused": "not_yours", "message": _("Only the person who made this record can send it.")}
    if booking_id is None:
        return answer | {"refused": "unknown", "message": _("This group is not on one of your centre's lists.")}
    try:
        refusal = take_mark(
            booking_id=booking_id,
            mark=form.mark(sent_at=moment(head["sent_at"]), now=now),
            device=head["device"],
            by=by,
            now=now,
            carried_by=None if by == request.user else request.user,
        )
    except PermissionDenied:
        message = _("Whoever made this record does not work at the centre any more. Check the group in again.")
        return answer | {"refused": "not_allowed", "message": message}
    return answer | ({"refused": refusal.code, "message": str(refusal.message)} if refusal else {"refused": ""})


def _list(request: HttpRequest, now: datetime) -> dict:
    day = timezone.localdate(now)
    over = min(day_begins(day + timedelta(days=1)), request.session.get_expiry_date())
    return {
        "user": str(request.user.pk),
        "name": request.user.get_short_name(),
        # With it another user of the same device can send this person's marks, and nothing else.
        "maker": signing.dumps(request.user.pk, salt=MAKER),
        "csrf": get_token(request),
        # The portal's own time: the device's clock may be wrong.
        "now": _milliseconds(now),
        "until": _milliseconds(over),
        "day": f"{day:%Y-%m-%d}",
        "title": long_date(day),
        # A session that nobody booked would only take up space on a phone.
        "sessions": [_session(each, needs=in_person(request)) for each in door_day(request.user, day) if each.groups],
    }


def _milliseconds(time: datetime) -> int:
    return int(time.timestamp() * 1000)


def _session(each: DoorSession, *, needs: bool) -> dict:
    session = each.session
    return {
        "time": time_span(session),
        "starts_at": _milliseconds(session.starts_at),
        "title": session.field_trip.local_title,
        "room": session.room.name,
        "open": session.state == "scheduled",
        "groups": [_group(group, needs=needs) for group in each.groups],
    }


def _group(group: DoorGroup, *, needs: bool) -> dict:
    booking = group.booking
    return {
        "reference": booking.reference,
        "pass": booking.pass_code,
        "url": reverse("booking_check_in", args=[booking.reference]),
        "school": str(booking.school),
        "class": str(booking.class_group or ""),
        "phone": booking.contact_phone,
        "shown_phone": booking.shown_phone,
        "needs": booking.needs if needs else "",
        "state": booking.state,
        "state_label": str(booking.get_state_display()),
        "expected": {
            "pupils": expected_pupils(booking),
            "girls": booking.girls,
            "adults": expected_adults(booking),
        },
        "coming": coming_pupils(booking, staying=len(group.staying)),
        "arrived": _arrived(booking),
        "seen": group.seen,
        "words": [_word(word) for word in group.words],
        "pupils": [_pupil(pupil) for pupil in group.coming],
        "staying": [str(pupil.entry.pupil) for pupil in group.staying],
        "no_photo": [str(pupil.entry.pupil) for pupil in group.coming if not pupil.may_be_photographed],
    }


def _word(word: Word) -> dict:
    mark = word.mark
    return {
        "who": word.maker.get_short_name() if word.maker else "",
        "at": _milliseconds(mark.made_at),
        "kind": mark.kind,
        "pupils": mark.pupils,
        "girls": mark.girls,
        "adults": mark.adults,
        "present": sorted(mark.present),
        "absent": word.absent,
    }


def _arrived(booking: Booking) -> dict | None:
    if booking.arrived_pupils is None:
        return None
    starts_at = booking.session.starts_at
    return {
        "pupils": booking.arrived_pupils,
        "girls": booking.arrived_girls,
        "adults": booking.arrived_adults,
        "late": came_late(checked_in_at=booking.checked_in_at, starts_at=starts_at),
    }


def _pupil(pupil: DoorPupil) -> dict:
    entry = pupil.entry
    return {
        "id": entry.pupil_id,
        "name": str(entry.pupil),
        "girl": entry.pupil.gender == Gender.FEMALE,
        "photo": pupil.may_be_photographed,
        "present": entry.attended is not False,
    }
