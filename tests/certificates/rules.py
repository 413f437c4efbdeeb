"""Every rule of the wing, with what an action reads for it."""

from __future__ import annotations

from functools import partial

from django.utils import timezone

from programs.bookings.choices import BookingState
from programs.bookings.models import Booking
from programs.certificates import rules
from programs.certificates.models import Certificate
from programs.certificates.queries import plan_of
from programs.core.calendar import working_days
from tests.certificates.make import LONG_NAME, issue, make_visit


def calls() -> list[partial]:
    visit = make_visit(names=("Nguyễn Nhật Minh", LONG_NAME, "Nguyễn ภ"))
    planned = make_visit(state=BookingState.CONFIRMED)
    certificate = Certificate.objects.get(pk=issue(visit)[0].pk)
    entries = list(visit.roster.select_related("pupil"))
    visit, planned = (Booking.objects.get(pk=each.pk) for each in (visit, planned))
    now = timezone.now()
    about = {"named": 1, "foreign": 0, "without_consent": 0, "used": False, "days": working_days(now, now), "now": now}
    return [
        partial(rules.list_after_refusal, visit, **about),
        partial(rules.plan_issue, entries, {}),
        partial(rules.plan_issue, entries, {certificate.pupil_id: certificate}),
        partial(rules.issuing_refusal, visit, plan_of(visit)),
        partial(rules.issuing_refusal, visit, rules.Plan()),
        partial(rules.issuing_refusal, planned, plan_of(planned)),
        partial(rules.revoking_refusal, certificate),
        partial(rules.absent_refusal, 0),
        partial(rules.shows_name, certificate, is_withheld=False),
    ]
