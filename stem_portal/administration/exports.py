"""The review of all roles as a workbook for the auditor: who may what, and who holds it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import IO

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from programs.core.permissions import EVERYBODY, SIGNED_IN, Role
from programs.spreadsheets.xlsx import Column, Sheet, write_xlsx
from stem_portal.administration.queries import (
    Holding,
    Meaning,
    RoleCard,
    holdings_to_review,
    ids_with_second_factor,
    meaning_of_all,
)


def role_review(cards: list[RoleCard], *, moment: datetime) -> IO[bytes]:
    """A temporary file with two sheets; pupils and people without a role are counted, not named."""
    portal = settings.JURISDICTION["portal_name"]
    return write_xlsx(
        [
            Sheet(
                name=_("Roles"),
                title=_("Roles and what they may do"),
                notes=[portal],
                columns=[Column(_("Role"), 34), Column(_("Holders"), 10, "number"), Column(_("Permission"), 10),
                         Column(_("What"), 90), Column(_("Covers"), 22)],
                rows=_sentences(cards),
            ),
            Sheet(
                name=_("Holders"),
                title=_("Who holds the roles"),
                notes=[portal, _("Pupils and people without a role are only counted, on the first sheet.")],
                columns=[Column(_("Role"), 30), Column(_("Role held"), 24), Column(_("Full name"), 28),
                         Column(_("Username"), 26), Column(_("Email"), 32), Column(_("Scope"), 44),
                         Column(_("Since"), 12, "date"), Column(_("Second factor"), 14), Column(_("Account"), 12),
                         Column(_("Last sign-in"), 13, "date")],
                rows=_people(),
            ),
        ],
        moment=moment,
    )  # fmt: skip


def _sentences(cards: list[RoleCard]) -> Iterator[list]:
    yield from _rows_of(_("Everyone"), None, meaning_of_all(EVERYBODY))
    yield from _rows_of(_("Everyone signed in"), None, meaning_of_all(SIGNED_IN))
    for card in cards:
        yield from _rows_of(str(card.role.label), card.count, card.meaning)


def _rows_of(label: str, count: int | None, meaning: Meaning) -> Iterator[list]:
    for verb, sentences in ((pgettext("role", "Sees"), meaning.sees), (pgettext("role", "May"), meaning.does)):
        for sentence in sentences:
            yield [label, count, verb, str(sentence.text), str(sentence.reach or meaning.reach)]


def _people() -> Iterator[list]:
    protected = ids_with_second_factor()
    for holding in holdings_to_review():
        yield _person_row(holding, protected)


def _person_row(holding: Holding, protected: set[int]) -> list:
    person = holding.person
    return [
        str(Role(holding.role).label),
        str(holding.title),
        person.full_name,
        person.username,
        person.email or "",
        holding.scope,
        _day(holding.since),
        _("yes") if person.pk in protected else _("no"),
        pgettext("account", "open") if person.is_active else pgettext("account", "closed"),
        _day(person.last_login),
    ]


def _day(moment: date | datetime | None) -> date | None:
    return timezone.localtime(moment).date() if isinstance(moment, datetime) else moment
