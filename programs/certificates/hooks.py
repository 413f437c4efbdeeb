"""Whoever corrects who came to a visit is asked what becomes of certificates that were issued before."""

from __future__ import annotations

from django.urls import reverse

from programs.accounts.models import User
from programs.bookings.models import Booking
from programs.certificates.policy import may_issue
from programs.certificates.queries import certificates_in_doubt
from programs.visit_days.hooks import AFTER_CORRECTION


def ask_about_absent(user: User, booking: Booking) -> str:
    """The page with the certificates of pupils who are recorded as absent now; empty where there is none."""
    if may_issue(user, booking) and certificates_in_doubt(booking).exists():
        return reverse("certificates_absent", args=[booking.reference])
    return ""


AFTER_CORRECTION.append(ask_about_absent)
