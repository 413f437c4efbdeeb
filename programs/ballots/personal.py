"""What a ballot keeps about the people who enter classes."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from programs.ballots.models import BallotEntry
from programs.bookings.models import WIPED
from programs.bookings.personal import facts_of_group
from programs.core.personal import Erasure, Fact, Section, Subject, forgets, rows_of, tells


@tells("ballots.BallotEntry")
def entries(subject: Subject) -> Iterator[Section]:
    rows = BallotEntry.objects.filter(leader=subject.user_id or 0).select_related("ballot", "session__field_trip")
    yield Section(
        code="ballot_entries",
        label=_("Classes that you entered for a draw"),
        purpose=_("So that the places can be drawn, and the group that is drawn has its booking."),
        source=_("Yourself."),
        kept=_("Telephone and notes until the results are sent; the entry itself as the record of the draw."),
        rows=rows_of(rows.order_by("created_at"), _of_entry),
    )


def _of_entry(row: BallotEntry) -> list[Fact]:
    return [
        Fact("ballot", _("Ballot"), row.ballot.reference),
        Fact("number", _("Number"), row.number),
        Fact("field_trip", _("Field trip"), row.session.field_trip.title),
        Fact("starts", _("Starts"), row.session.starts_at),
        Fact("pupils", _("Pupils"), row.pupils),
        *facts_of_group(row),
    ]


@forgets("ballots.BallotEntry")
def forget_entries(subject: Subject) -> Iterator[Erasure]:
    led = BallotEntry.objects.filter(leader=subject.user_id or 0)
    named = led.exclude(**WIPED)
    yield Erasure(
        label=_("Telephone and notes of entries in ballots"),
        count=named.count(),
        outcome=Erasure.REMOVED,
        why=_("They only served the visit that might have been drawn."),
        carry_out=lambda: led.update(**WIPED),
    )
    yield Erasure(
        label=_("Entries in ballots"),
        count=led.count(),
        outcome=Erasure.KEPT,
        why=_("They are the record of a public draw and point at an account without a name."),
    )
