"""What a judge did with projects: the score sheets."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from programs.core.personal_tables import erased, told
from programs.judging.models import ScoreSheet
from programs.projects.personal import DECISIONS, WORK

told(
    ScoreSheet,
    WORK,
    ("reference", _("Reference"), "project.reference"),
    ("part", _("Your part"), lambda _row, _subject: _("judge")),
    ("state", _("Status"), "state"),
    ("comment", _("Comment"), "comment"),
)
erased(
    ScoreSheet,
    masked=(_("Judges' comments that mention the name"), _("The name is removed from their text.")),
    kept=DECISIONS,
)
