"""Who may do what with certificates, and the same in words for the administrators' role page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from programs.bookings.models import Booking
from programs.bookings.policy import may_manage
from programs.centres.queries.sessions import centre_ids_of
from programs.certificates.models import Certificate
from programs.core.permissions import EVERYBODY, SCHOOL_STAFF, SIGNED_IN, Reach, Role, does, sees
from programs.schools.queries.roles import roles_of


def may_issue(user, booking: Booking) -> bool:
    """The group's leader, the school's coordinator, and the centre's staff.

    ``queries.bookings_to_certify`` asks the same of all visits at once.
    """
    return (
        booking.leader_id == user.pk
        or roles_of(user).coordinates(booking.school)
        or booking.session.field_trip.centre_id in centre_ids_of(user)
    )


def may_see_issuing(user) -> bool:
    """The staff of schools and centres, whose groups get certificates; pupils only see their own."""
    return bool(roles_of(user).memberships) or bool(centre_ids_of(user))


def may_revoke(user, certificate: Certificate) -> bool:
    """Who may issue the certificates of a visit may also revoke them."""
    return certificate.booking is not None and may_issue(user, certificate.booking)


def may_list_after(user, booking: Booking) -> bool:
    """The leader of a group that came unannounced, and the leadership of its school."""
    return may_manage(user, booking)


PERMISSIONS = [
    sees(
        _("whether a certificate is genuine, by its code"),
        EVERYBODY,
        "certificate_verify",
        "certificate_verify_form",
        reach=Reach.ALL,
    ),
    sees(_("the list of certificates, containing those within their scope"), SIGNED_IN, "certificate_list"),
    does(
        _("list afterwards who of their group came unannounced, for some days"),
        SCHOOL_STAFF,
        "booking_came",
    ),
    sees(_("their own certificates, to print"), (Role.PUPIL,), "certificate_pdf"),
    sees(
        _("the certificates of those who came, one by one or a whole group in one file"),
        (*SCHOOL_STAFF, Role.CENTRE_STAFF),
        "certificate_pdf",
        "certificates_pdf",
    ),
    does(
        _("issue the certificates of a visit that took place, and revoke them, giving a reason"),
        (Role.TEACHER, Role.COORDINATOR, Role.CENTRE_STAFF),
        "certificate_issue",
        "certificate_revoke",
        "certificates_absent",
    ),
]
