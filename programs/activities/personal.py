"""Lessons and activities that a teacher reported."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from programs.activities.models import OwnActivity, TaughtActivity
from programs.core.personal_tables import Kind, erased, told

told(
    TaughtActivity,
    Kind(
        code="reported_lessons",
        label=_("Lessons that you reported"),
        purpose=_("Statistics on what schools teach."),
        source=_("You."),
        kept=_("The figures are kept; your name is deleted with your account."),
    ),
    ("curriculum", _("Curriculum"), "curriculum"),
    "school",
    "taught_on",
    order="taught_on",
)
erased(TaughtActivity, kept=_("Reported lessons"))
told(
    OwnActivity,
    Kind(
        code="own_activities",
        label=_("Activities of your school that you reported"),
        purpose=_("Statistics on what schools do themselves."),
        source=_("You."),
        kept=_("The figures are kept; your name is deleted with your account."),
    ),
    "title",
    "evidence",
    "school",
    "held_on",
    order="held_on",
)
erased(
    OwnActivity,
    kept=_("Reported activities"),
    masked=(_("Activities of schools that mention the name"), _("The name is removed from their text.")),
)
