from __future__ import annotations

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.bookings.models import Booking
from programs.certificates import policy
from programs.certificates.choices import CertificateState
from programs.certificates.queries import bookings_to_certify, certificates_visible_to, visits_in_doubt
from programs.core.desk import DeskItem, DeskLink, DeskSection, DeskTask
from programs.schools.queries.roles import roles_of

SHOWN = 5


def tasks(user) -> list[DeskTask]:
    """Certificates of pupils who are recorded as absent; visits whose pupils are still waiting for theirs."""
    if not policy.may_see_issuing(user):
        return []
    return [_doubt(booking, count) for booking, count in list(visits_in_doubt(user).items())[:SHOWN]] + [
        DeskTask(
            title=_("Issue certificates: {activity}").format(activity=booking.session.field_trip.local_title),
            detail=f"{_group(booking)} · {date_format(localdate(booking.session.starts_at), 'SHORT_DATE_FORMAT')}",
            url=reverse("certificate_issue", args=[booking.reference]),
            action=_("Issue"),
            weight=60,
        )
        for booking in bookings_to_certify(user)[:SHOWN]
    ]


def _doubt(booking: Booking, count: int) -> DeskTask:
    """For a manager of the centre, until each is revoked or the attendance corrected."""
    title = ngettext(
        "Certificate of {count} absent pupil: {group}", "Certificates of {count} absent pupils: {group}", count
    )
    return DeskTask(
        title=title.format(count=count, group=_group(booking)),
        detail=_("{activity}. Who came was corrected after the certificates were issued.").format(
            activity=booking.session.field_trip.local_title
        ),
        url=reverse("certificates_absent", args=[booking.reference]),
        action=_("Decide"),
        weight=24,
    )


def _group(booking: Booking) -> str:
    return booking.class_group.name if booking.class_group else booking.school.name


def sections(user) -> list[DeskSection]:
    """For a pupil: their latest certificates."""
    if roles_of(user).pupil is None:
        return []
    mine = certificates_visible_to(user).filter(state=CertificateState.ISSUED).exclude(printed_name="")
    return [
        DeskSection(
            title=_("My certificates"),
            icon="certificate",
            items=[
                DeskItem(
                    title=certificate.activity_title,
                    detail=_("{day}, No. {serial}").format(
                        day=date_format(certificate.held_on, "SHORT_DATE_FORMAT"), serial=certificate.serial
                    ),
                    url=reverse("certificate_pdf", args=[certificate.serial]),
                )
                for certificate in mine.order_by("-held_on", "-pk")[:SHOWN]
            ],
            empty=_("No certificates yet. You get one after a visit."),
            url=reverse("certificate_list"),
            action=_("All my certificates"),
            weight=40,
        )
    ]


def links(user) -> list[DeskLink]:
    if roles_of(user).pupil is not None:
        return [DeskLink(_("My certificates"), reverse("certificate_list"), weight=60)]
    return [DeskLink(_("Certificates"), reverse("certificate_list"), weight=60)] if policy.may_see_issuing(user) else []
