"""The rule of a session's waiting list, as everyone reads it who waits."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _

from programs.centres.choices import WaitingPolicy
from programs.centres.models import Session
from programs.centres.rules import LAST_OFFER


def policy_words(session: Session) -> str:
    """The rule of the session's waiting list, in words for everyone waiting."""
    hours = LAST_OFFER // timedelta(hours=1)
    until = _("After booking closes, places are still offered until {hours} hours before the session begins.")
    return f"{_order_words(session)} {until.format(hours=hours)}"


def _order_words(session: Session) -> str:
    if session.one_group:
        return _("This session takes only one group: the places are offered to the first group in the queue.")
    if session.waiting_policy == WaitingPolicy.STRICT:
        return _(
            "Strict order: the places are offered to the first group in the queue. No group is passed over; the "
            "list waits until the first group fits. Only a group larger than the whole session does not hold up "
            "the others."
        )
    words = _(
        "First group that fits: places are offered in list order to the first group that is small enough. A larger "
        "group keeps its position. Once it has been passed over {passes} times or has waited {days} days, it is its "
        "turn: until booking closes, places that become free are kept for it."
    )
    return words.format(passes=session.turn_after_passes, days=session.turn_after_days)
