"""Statements, approvals and the safety committee: whose they are, and that they stay traceable."""

from django.utils.translation import gettext_lazy as _

from programs.core.personal_tables import Kind, erased, told
from programs.endorsements.models import Approval, SafetyMember, Statement
from programs.projects.personal import DECISIONS

WORK = Kind(
    code="approvals_of_projects",
    label=_("Your statements and approvals about projects"),
    purpose=_("Knowing who stated that the work is honest, and who approved it."),
    source=_("You stated or decided it; the organiser named you."),
    kept=_("As long as the competition's results are kept; your name is deleted with your account."),
)
told(
    Statement,
    WORK,
    ("reference", _("Reference"), "project.reference"),
    ("part", _("Your part"), "part"),
    ("version", _("Version of the text"), "text_version"),
    ("stated", _("Stated"), "at"),
)
told(
    Approval,
    WORK,
    ("reference", _("Reference"), "submission.project.reference"),
    ("part", _("Your part"), "kind"),
    ("decision", _("Decision"), "decision"),
    ("decided", _("Decided"), "at"),
)
told(
    SafetyMember,
    WORK,
    ("competition", _("Competition"), "competition.name"),
    ("part", _("Your part"), lambda _row, _subject: _("member of the safety committee")),
    ("named", _("Named"), "named_at"),
)
for model in (Statement, Approval, SafetyMember):
    erased(model, kept=DECISIONS)
