"""Who may issue and revoke certificates, and whether it may happen now."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from programs.certificates.choices import CertificateKind, CertificateState, RevocationReason
from programs.core.refusals import Refusal
from programs.visits.choices import CAME

# Whoever gives an award must keep the decision with its name (Law on Emulation and Commendation 06/2022/QH15; the
# period is to be confirmed): an erasure leaves the name in the register, where only the issuer reads it.
HELD_BY_LAW = (CertificateKind.AWARD,)


@dataclass(frozen=True)
class Part:
    """What a person has to do with the occasion of a certificate."""

    leads: bool = False
    coordinates_school: bool = False
    serves_centre: bool = False


def can_issue(part: Part) -> bool:
    """The group's leader, the school's coordinator, and the centre's staff; who issues may also revoke."""
    return part.leads or part.coordinates_school or part.serves_centre


def issuing_refusal(*, booking_state: str, came: int) -> Refusal | None:
    """``came``: pupils on the list who are not marked as absent."""
    if booking_state not in CAME:
        return Refusal("not_held", _("Certificates can be issued once the centre has checked the class in."))
    if not came:
        return Refusal("nobody_named", _("No pupil on the list came. Add the names of the pupils who came first."))
    return None


def revoking_refusal(*, state: str) -> Refusal | None:
    if state != CertificateState.ISSUED:
        return Refusal("not_valid", _("This certificate is no longer valid, so it cannot be revoked again."))
    return None


def may_be_issued_again(reason: str) -> bool:
    """A corrected name gets a new certificate; any other revocation is meant to last."""
    return reason == RevocationReason.NAME_CORRECTED


def shows_name(*, state: str, is_withheld: bool) -> bool:
    """The public page names nobody whose certificate is not valid, or whose name was erased on request."""
    return state == CertificateState.ISSUED and not is_withheld
