"""The portal with the guard of the places switched off: the negative control of the race over HTTP.

Lives among the tests only: nothing in the portal can switch the guard off.
"""

from __future__ import annotations

import time

from stem_portal.wsgi import application  # noqa: F401 - what gunicorn serves


def switch_off() -> None:
    from django.db.models import F

    from programs.bookings.actions import guard
    from programs.centres.models import Session

    def naive(*, session_id: int, seats: int, **_as_read: object) -> bool:
        session = Session.objects.get(pk=session_id)
        if session.seats_taken + seats > session.capacity:
            return False
        time.sleep(0.05)  # the time in which a person's request does something else
        Session.objects.filter(pk=session_id).update(seats_taken=F("seats_taken") + seats)
        return True

    guard.take_seats = naive


switch_off()
