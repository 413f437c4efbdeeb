from __future__ import annotations

import base64
import secrets

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.accounts.models import User
from programs.certificates.choices import CertificateKind, CertificateState
from programs.certificates.models import Certificate, SerialCounter
from programs.certificates.queries import Plan, may_certify, plan_of
from programs.certificates.rules import issuing_refusal, revoking_refusal
from programs.core.audit import Code, record
from programs.core.idempotency import perform_once
from programs.core.refusals import Refused, refuse_if
from programs.notices.actions import write_message
from programs.visits.models import Booking

REGISTER = "GCN"
# 17 random bytes are 136 bits, and 28 characters of base32: seven groups of four.
CODE_BYTES = 17


@transaction.atomic
def issue_certificates(*, booking_id: int, by: User, key: str, language: str = "vi") -> list[Certificate]:
    """A certificate for every named pupil who came and has none; gives the new ones.

    Raises ``Refused``: ``not_allowed``, ``not_held``, ``nobody_named``.
    """
    booking = _locked_booking(booking_id)
    if not may_certify(by, booking):
        raise _not_allowed()
    issued: list[Certificate] = []

    def perform() -> Booking:
        plan = plan_of(booking)
        refuse_if(issuing_refusal(booking_state=booking.state, came=plan.came))
        issued.extend(_write(booking, plan, by=by, language=language))
        return booking

    perform_once(
        user=by,
        action="certificate.issue",
        key=key,
        body={"booking": booking_id, "language": language},
        perform=perform,
        find=lambda _pk: booking,
    )
    return issued


@transaction.atomic
def revoke_certificate(*, serial: str, reason: str, by: User) -> Certificate:
    """From now on its code answers that it was revoked, when and why.

    Raises ``Refused``: ``not_allowed``, ``not_valid``.
    """
    certificate = Certificate.objects.select_for_update().get(serial=serial)
    if not may_certify(by, _with_occasion(Booking.objects).get(pk=certificate.booking_id)):
        raise _not_allowed()
    refuse_if(revoking_refusal(state=certificate.state))
    before = {"state": certificate.state}
    certificate.state = CertificateState.REVOKED
    certificate.revoked_at = timezone.now()
    certificate.revoked_reason = reason
    certificate.save(update_fields=["state", "revoked_at", "revoked_reason"])
    record(
        by=by,
        action="certificate.revoke",
        obj=certificate,
        before=before,
        after={"state": certificate.state},
        reason=reason,
    )
    return certificate


def _with_occasion(bookings):
    return bookings.select_related("session__field_trip__centre__ward", "school", "class_group", "leader")


def _locked_booking(booking_id: int) -> Booking:
    """The booking under its lock: two people who press the button at once issue one after the other."""
    Booking.objects.select_for_update().get(pk=booking_id)
    return _with_occasion(Booking.objects).get(pk=booking_id)


def _not_allowed() -> Refused:
    return Refused.because(
        "not_allowed", _("Only the group leader, the school coordinator and the centre's staff may do this.")
    )


def _write(booking: Booking, plan: Plan, *, by: User, language: str) -> list[Certificate]:
    if not plan.to_issue:
        return []
    now = timezone.now()
    serials = _take_serials(year=timezone.localdate(now).year, count=len(plan.to_issue))
    printed = _printed_of(booking, language)
    certificates = Certificate.objects.bulk_create(
        Certificate(
            serial=serial,
            verify_code=_new_code(),
            printed_name=entry.pupil.full_name,
            sort_key=entry.pupil.sort_key,
            class_name=plan.class_names.get(entry.pupil_id, ""),
            pupil=entry.pupil,
            booking=booking,
            issued_at=now,
            issued_by=by,
            **printed,
        )
        for serial, entry in zip(serials, plan.to_issue, strict=True)
    )
    _link_replaced(plan, certificates)
    record(
        by=by,
        action="certificate.issue",
        obj=booking,
        after={"count": len(serials), "first": Code(serials[0]), "last": Code(serials[-1]), "language": language},
    )
    _tell_leader(booking, certificates)
    return certificates


def _printed_of(booking: Booking, language: str) -> dict:
    """What every certificate of the visit has in common, as it will be printed for ever."""
    trip = booking.session.field_trip
    english = language == "en"
    centre = (trip.centre.name_en if english else "") or trip.centre.name
    return {
        "kind": CertificateKind.VISIT,
        "language": language,
        "school": booking.school,
        "school_name": booking.school.name,
        "activity_title": (trip.title_en if english else "") or trip.title,
        "place": f"{centre}, {trip.centre.ward.name}"[:200],
        "issuer_name": centre,
        "held_on": timezone.localdate(booking.session.starts_at),
    }


def _take_serials(*, year: int, count: int) -> list[str]:
    """The next numbers of the year's register.

    The UPDATE holds the counter's row until the transaction ends, so nobody else can be given them.
    """
    register = f"{REGISTER}-{year}"
    SerialCounter.objects.get_or_create(register=register)
    SerialCounter.objects.filter(register=register).update(last_number=F("last_number") + count)
    last = SerialCounter.objects.values_list("last_number", flat=True).get(register=register)
    return [f"{register}-{number:06d}" for number in range(last - count + 1, last + 1)]


def _new_code() -> str:
    return base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode().rstrip("=")


def _link_replaced(plan: Plan, certificates: list[Certificate]) -> None:
    for certificate in certificates:
        if old := plan.replaced.get(certificate.pupil_id):
            Certificate.objects.filter(pk=old.pk).update(state=CertificateState.REPLACED, replaced_by=certificate)


def _tell_leader(booking: Booking, certificates: list[Certificate]) -> None:
    write_message(
        kind="certificates_issued",
        to=booking.leader,
        dedupe_key=f"certificates-issued:{certificates[0].serial}",
        context={
            "count": len(certificates),
            "activity": certificates[0].activity_title,
            "held_on": certificates[0].held_on,
            "class_name": booking.class_group.name if booking.class_group else booking.school.name,
            "reference": booking.reference,
        },
        link=reverse("certificate_list") + f"?booking={booking.reference}",
    )
