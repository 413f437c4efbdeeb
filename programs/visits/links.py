"""The personal link of a letter to a group that waits: it answers for the leader without signing in."""

from __future__ import annotations

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils import translation

from programs.visits.models import Booking

_SIGNER = Signer(salt="visits.waiting")


def answer_token(booking: Booking) -> str:
    """Good for this booking and its leader only: who takes the group over gets a letter of their own."""
    return _SIGNER.sign_object([booking.reference, booking.leader_id])


def answer_link(booking: Booking) -> str:
    with translation.override(booking.leader.language):
        return settings.SITE_URL + reverse("waiting_answer", args=[answer_token(booking)])


def booking_with_token(token: str) -> Booking | None:
    """The booking whose leader holds this token; None for a token that nobody was given."""
    try:
        reference, leader_id = _SIGNER.unsign_object(token)
    except (BadSignature, ValueError, TypeError):
        return None
    found = Booking.objects.filter(reference=reference, leader=leader_id)
    return found.select_related(
        "session__field_trip__centre", "session__room", "school", "class_group", "leader"
    ).first()
