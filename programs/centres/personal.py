"""Posts in centres: told and erased."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from programs.centres.models import CentreStaff
from programs.core.personal import Fact, Section, Subject, rows_of, tells


@tells("centres.CentreStaff")
def centre_posts(subject: Subject) -> Iterator[Section]:
    rows = CentreStaff.objects.filter(user=subject.user_id).select_related("centre")
    yield Section(
        code="centre_posts",
        label=_("Posts in centres"),
        purpose=_("They decide what you may see and do."),
        source=_("The centre's manager."),
        kept=_("As long as the account exists: what was done in a role must stay traceable."),
        rows=rows_of(rows if subject.user_id else [], _of_post),
    )


def _of_post(row: CentreStaff) -> list[Fact]:
    return [
        Fact("centre", _("Centre"), row.centre.name),
        Fact("role", _("Role"), row.get_role_display()),
        Fact("until", _("Until"), row.ended_on),
    ]
