"""From a frozen certificate row to the words on its page, in the certificate's own language."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from programs.certificates.models import Certificate
from programs.certificates.pdf import Sheet
from programs.core.dates import official_date


def verify_url(certificate: Certificate) -> str:
    """The public address that the QR code carries, in the certificate's language."""
    with translation.override(certificate.language):
        return settings.SITE_URL + reverse("certificate_verify", args=[certificate.verify_code])


def sheet_of(certificate: Certificate) -> Sheet:
    with translation.override(certificate.language):
        return Sheet(
            language=certificate.language,
            title=_("Certificate {serial}").format(serial=certificate.serial),
            issuer=certificate.issuer_name,
            heading=_("CERTIFICATE OF PARTICIPATION"),
            subheading=_("in a STEM learning experience"),
            presented_to=_("This certifies that the pupil"),
            name=certificate.printed_name,
            class_and_school=_class_and_school(certificate),
            took_part_in=_("took part in the field trip"),
            activity=certificate.activity_title,
            where_and_when=_("at {place}, {date}").format(
                place=certificate.place, date=_date_words(certificate.held_on)
            ),
            issued_on=_("Issued on {date}").format(date=_date_words(timezone.localdate(certificate.issued_at))),
            signer=_("FOR THE ORGANISER"),
            signing_hint=_("(signature and full name)"),
            serial=_("No. {serial}").format(serial=certificate.serial),
            verify_hint=_("Scan the code, or enter it at"),
            verify_address=_without_scheme(settings.SITE_URL + reverse("certificate_verify_form")),
            verify_code=certificate.verify_code,
            verify_url=verify_url(certificate),
        )


def _date_words(day: date) -> str:
    """Decree 30's words on a Vietnamese certificate, ``5 September 2025`` on an English one."""
    return official_date(day) if get_language() == "vi" else date_format(day, "j F Y")


def _class_and_school(certificate: Certificate) -> str:
    if not certificate.class_name:
        return certificate.school_name
    return _("Class {class_name} · {school}").format(class_name=certificate.class_name, school=certificate.school_name)


def _without_scheme(address: str) -> str:
    return address.partition("://")[2].rstrip("/")
