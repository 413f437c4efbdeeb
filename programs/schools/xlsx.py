"""What a downloaded list of schools holds."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from programs.core.phones import show_phone
from programs.schools.choices import SchoolState
from programs.schools.models import School
from programs.spreadsheets.xlsx import Column, Sheet


def schools_sheet(schools: Iterable[School], *, site: str, narrowed: str) -> Sheet:
    """One row for each school; with the link if the school can be registered."""
    columns = [
        Column(_("Code"), 13),
        Column(_("School"), 44),
        Column(_("Ward or commune"), 26),
        Column(_("Cluster"), 30),
        Column(_("Level"), 26),
        Column(_("Ownership"), 14),
        Column(_("Authority"), 26),
        Column(_("Status"), 26),
        Column(_("Pupils on the roll"), 12, "number"),
        Column(pgettext("of a school", "Address"), 40),
        Column(_("Phone number"), 16),
        Column(_("Link for the registration"), 50),
    ]
    rows = (_row(school, site) for school in schools)
    notes = [_("Filtered by: {filters}").format(filters=narrowed)] if narrowed else []
    return Sheet(_("Schools"), _("Official list of schools"), notes, columns, rows)


def _row(school: School, site: str) -> list[object]:
    is_free = school.state == SchoolState.INVITED
    return [
        school.code,
        school.name,
        school.ward.name,
        school.cluster.name if school.cluster else "",
        school.level_names,
        str(school.get_ownership_display()),
        str(school.get_authority_display()),
        str(school.get_state_display()),
        school.pupil_count,
        school.address,
        show_phone(school.phone),
        f"{site}{reverse('school_claim', args=[school.code])}" if is_free else "",
    ]
