"""What later wings have to ask a person who has corrected who came."""

from __future__ import annotations

from collections.abc import Callable

from programs.accounts.models import User
from programs.bookings.models import Booking

# The address of a page that asks ``user`` about this visit, or empty: filled by the wing that certifies who came.
AFTER_CORRECTION: list[Callable[[User, Booking], str]] = []
