"""Whether certificates can be issued and revoked now, and for whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from programs.bookings.choices import CAME
from programs.bookings.models import Booking, RosterEntry
from programs.centres.rules import moment_text
from programs.certificates.choices import CertificateKind, RevocationReason
from programs.certificates.models import Certificate
from programs.core.calendar import WorkingDays
from programs.core.paper import unprintable
from programs.core.refusals import Refusal
from programs.visit_days.rules import not_unannounced_refusal, reopen_until

# The issuer of an award must keep the decision with the name (Law on Emulation and Commendation 06/2022/QH15; the
# period is to be confirmed): an erasure leaves the name in the register, where only the issuer can read it.
HELD_BY_LAW = (CertificateKind.AWARD,)


REISSUED = (RevocationReason.NAME_CORRECTED, RevocationReason.ABSENT)


@dataclass(frozen=True)
class LeftOut:
    name: str
    reason: str | Promise


@dataclass
class Plan:
    """What issuing would do for a booking: who gets a certificate, who has one, who is left out and why."""

    to_issue: list[RosterEntry] = field(default_factory=list)
    already: list[Certificate] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    replaced: dict[int | None, Certificate] = field(default_factory=dict)  # by pupil: revoked, and issued again

    @property
    def came(self) -> int:
        return len(self.to_issue) + len(self.already)


def plan_issue(entries: Iterable[RosterEntry], latest: Mapping[int, Certificate]) -> Plan:
    """Everybody on the list has one place; ``latest`` is each pupil's newest certificate of the visit."""
    plan = Plan()
    for entry in entries:
        earlier = latest.get(entry.pupil_id)
        if earlier and earlier.is_valid:
            plan.already.append(earlier)
        elif reason := _left_out_because(entry, earlier):
            plan.left_out.append(LeftOut(entry.pupil.full_name, reason))
        else:
            plan.to_issue.append(entry)
            if earlier:
                plan.replaced[entry.pupil_id] = earlier
    return plan


def _left_out_because(entry: RosterEntry, earlier: Certificate | None) -> str | Promise:
    if entry.pupil.erased_at:
        return _("The pupil's data has been erased")
    if entry.attended is False:
        return _("Did not come")
    # A corrected name gets a new certificate, and so does who came after all; any other revocation is meant to last.
    if earlier and earlier.revoked_reason not in REISSUED:
        return _("An earlier certificate was revoked")
    if missing := unprintable(entry.pupil.full_name):
        return format_lazy(_("The name has letters that cannot be printed: {missing}"), missing=" ".join(missing))
    return ""


def issuing_refusal(booking: Booking, plan: Plan) -> Refusal | None:
    if booking.state not in CAME:
        return Refusal("not_held", _("Certificates can be issued once the centre has checked the class in."))
    if not plan.came:
        return Refusal(
            "nobody_named", _("None of the pupils on the list came. First add the names of the pupils who came.")
        )
    return None


def revoking_refusal(certificate: Certificate) -> Refusal | None:
    if not certificate.is_valid:
        return Refusal("not_valid", _("This certificate is no longer valid, so it cannot be revoked again."))
    return None


def absent_refusal(certificates: int) -> Refusal | None:
    """Why nothing is revoked because of the attendance; counts those to be revoked that are still in doubt."""
    if certificates:
        return None
    message = _("None of these certificates belongs to an absent pupil any more: there is nothing left to revoke.")
    return Refusal("not_in_doubt", message)


def shows_name(certificate: Certificate, *, is_withheld: bool) -> bool:
    """The public page hides the name on invalid certificates and after an erasure request."""
    return certificate.is_valid and not is_withheld


def list_after_refusal(
    booking: Booking, *, named: int, foreign: int, without_consent: int, used: bool, days: WorkingDays, now: datetime
) -> Refusal | None:
    """Why these names may not be written to a group that came unannounced.

    ``used``: certificates were issued for its list; ``without_consent`` counts the names that nobody agreed for.
    """
    if refusal := not_unannounced_refusal(booking):
        return refusal
    if used:
        return Refusal("list_used", _("Certificates have been issued: the list can no longer be changed."))
    if now >= (until := reopen_until(booking.session, days=days)):
        message = str(_("The list could be written until {time}.")).format(time=moment_text(until))
        return Refusal("too_late", message)
    if foreign:
        return Refusal("foreign_pupil", _("Only choose pupils in this class."), "pupils")
    if named > (came := booking.arrived_pupils or 0):
        message = str(_("{named} pupils are ticked, but the centre counted {came}.")).format(named=named, came=came)
        return Refusal("too_many_names", message, "pupils")
    if without_consent:
        message = ngettext(
            "{count} ticked pupil has no consent to take part: record it first, or leave the name out.",
            "{count} ticked pupils have no consent to take part: record them first, or leave the names out.",
            without_consent,
        )
        return Refusal("no_consent", message.format(count=without_consent), "pupils")
    return None
