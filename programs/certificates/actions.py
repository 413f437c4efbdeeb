from __future__ import annotations

import base64
import secrets
from collections.abc import Collection

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from programs.accounts.models import User
from programs.bookings.actions import guard
from programs.bookings.models import Booking, RosterEntry
from programs.bookings.queries import class_of, listed
from programs.certificates.choices import CertificateKind, CertificateState, RevocationReason
from programs.certificates.models import Certificate, SerialCounter
from programs.certificates.policy import may_issue, may_list_after, may_revoke
from programs.certificates.queries import certificates_in_doubt, class_names, plan_of
from programs.certificates.rules import Plan, absent_refusal, issuing_refusal, list_after_refusal, revoking_refusal
from programs.consents.choices import ConsentPurpose
from programs.consents.queries.in_force import in_force
from programs.core.audit import Code, record
from programs.core.calendar import working_days
from programs.core.idempotency import once
from programs.core.paper import refuse_unprintable
from programs.core.policy import must
from programs.core.refusals import refuse_if
from programs.core.versions import refuse_if_stale
from programs.notices.actions import write_message

REGISTER = "GCN"
PRINTED = ("school_name", "activity_title", "place", "issuer_name")  # frozen with the certificate, beside the name
# 17 random bytes are 136 bits, and 28 characters of base32: seven groups of four.
CODE_BYTES = 17


@transaction.atomic
@once("certificate.issue", returns=Certificate)
def issue_certificates(*, booking_id: int, by: User, key: str, language: str = "vi") -> list[Certificate]:
    """Issue a certificate for every named pupil who came and has none; return the new ones.

    Raises PermissionDenied, and ``Refused``: ``not_held``, ``nobody_named``, ``unprintable``.
    """
    booking = _locked_booking(booking_id)
    must(may_issue(by, booking))
    plan = plan_of(booking)
    refuse_if(issuing_refusal(booking, plan))
    return _issue(booking, plan, by=by, language=language) if plan.to_issue else []


@transaction.atomic
def revoke_certificate(*, serial: str, reason: str, by: User) -> Certificate:
    """Revoke a certificate; its code then reports that it was revoked, when and why.

    Raises PermissionDenied, and ``Refused("not_valid")``.
    """
    certificate = _revoke(serial=serial, reason=reason, by=by)
    if certificate.booking is not None:
        _tell_revoked(certificate.booking, [certificate], by=by)
    return certificate


def _revoke(*, serial: str, reason: str, by: User) -> Certificate:
    certificate = Certificate.objects.select_for_update().get(serial=serial)
    must(may_revoke(by, certificate))
    refuse_if(revoking_refusal(certificate))
    before = {"state": certificate.state}
    certificate.state = CertificateState.REVOKED
    certificate.revoked_at = timezone.now()
    certificate.revoked_reason = reason
    certificate.save(update_fields=["state", "revoked_at", "revoked_reason"])
    after = {"state": certificate.state}
    record(by=by, action="certificate.revoke", obj=certificate, before=before, after=after, reason=reason)
    return certificate


@transaction.atomic
def revoke_of_absent(*, booking_id: int, serials: Collection[str], by: User) -> list[Certificate]:
    """Revoke those of ``serials`` whose pupils are recorded as absent; of the others somebody has decided meanwhile.

    Raises PermissionDenied, and ``Refused("not_in_doubt")`` when none is left.
    """
    booking = _locked_booking(booking_id)
    must(may_issue(by, booking))
    absent = list(certificates_in_doubt(booking).filter(serial__in=serials).values_list("serial", flat=True))
    refuse_if(absent_refusal(len(absent)))
    revoked = [_revoke(serial=serial, reason=RevocationReason.ABSENT, by=by) for serial in absent]
    _tell_revoked(booking, revoked, by=by)
    return revoked


def _locked_booking(booking_id: int) -> Booking:
    """Return the booking, locked, so that two people who press the button at once issue one after the other."""
    Booking.objects.select_for_update().get(pk=booking_id)
    occasion = ("session__field_trip__centre__ward", "school", "class_group", "leader")
    return Booking.objects.select_related(*occasion).get(pk=booking_id)


def _issue(booking: Booking, plan: Plan, *, by: User, language: str) -> list[Certificate]:
    now = timezone.now()
    classes = class_names(booking, [entry.pupil_id for entry in plan.to_issue])
    printed = _printed_of(booking, language)
    for text in (*(printed[name] for name in PRINTED), *classes.values()):
        refuse_unprintable(text)
    serials = _take_serials(year=timezone.localdate(now).year, count=len(plan.to_issue))
    certificates = Certificate.objects.bulk_create(
        Certificate(
            serial=serial,
            verify_code=_new_code(),
            printed_name=entry.pupil.full_name,
            sort_key=entry.pupil.sort_key,
            class_name=classes.get(entry.pupil_id, ""),
            pupil=entry.pupil,
            booking=booking,
            issued_at=now,
            issued_by=by,
            **printed,
        )
        for serial, entry in zip(serials, plan.to_issue, strict=True)
    )
    _link_replaced(plan, certificates)
    Booking.objects.filter(pk=booking.pk, certified_at=None).update(certified_at=now)
    record(
        by=by,
        action="certificate.issue",
        obj=booking,
        after={"count": len(serials), "first": Code(serials[0]), "last": Code(serials[-1]), "language": language},
    )
    _tell_leader(booking, certificates)
    return certificates


def _printed_of(booking: Booking, language: str) -> dict:
    """What all certificates of the visit have in common, frozen as printed."""
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


def _tell_revoked(booking: Booking, certificates: list[Certificate], *, by: User) -> None:
    """Nobody's certificate goes silently: the group's leader hears of it, unless the leader did it."""
    if by == booking.leader:
        return
    write_message(
        kind="certificates_revoked",
        to=booking.leader,
        dedupe_key=f"certificates-revoked:{certificates[0].serial}",
        context={
            "count": len(certificates),
            "activity": certificates[0].activity_title,
            "held_on": certificates[0].held_on,
            "class_name": booking.class_group.name if booking.class_group else booking.school.name,
            "reference": booking.reference,
            "reason": certificates[0].revoked_reason,
        },
        link=reverse("certificate_list", query={"booking": booking.reference}),
    )


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
        link=reverse("certificate_list", query={"booking": booking.reference}),
    )


# --- Who came of a group that had no booking ----------------------------------------------------
@transaction.atomic
def list_who_came(*, booking_id: int, pupils: Collection[int], version: str, by: User) -> Booking:
    """Set who of the class came unannounced, as long as the session could be reopened and nothing was issued.

    Raises PermissionDenied, and ``Refused``: what ``list_after_refusal`` says, and ``changed_meanwhile``.
    """
    now = timezone.now()
    booking = guard.lock_booking(booking_id=booking_id)
    must(may_list_after(by, booking))
    stored = listed(booking)
    wanted, before = set(pupils), set(stored.get("pupils", ()))
    refuse_if(
        list_after_refusal(
            booking,
            named=len(wanted),
            foreign=len(wanted - before - class_of(booking)),
            without_consent=len(wanted - in_force(wanted, ConsentPurpose.TAKE_PART)),
            used=booking.certificates.exists(),
            days=working_days(now, now),
            now=now,
        )
    )
    if wanted == before:
        return booking
    refuse_if_stale(version, stored)
    booking.roster.filter(pupil_id__in=before - wanted).delete()
    names = sorted(wanted - before)
    RosterEntry.objects.bulk_create(RosterEntry(booking=booking, pupil_id=pk, attended=True) for pk in names)
    record(by=by, action="booking.roster", obj=booking, before={"named": len(before)}, after={"named": len(wanted)})
    return booking
