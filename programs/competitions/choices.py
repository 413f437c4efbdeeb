"""States of a competition."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CompetitionState(TextChoices):
    DRAFT = "draft", _("Being prepared")
    OPEN = "open", _("Open for entries")
    JUDGING = "judging", _("Being judged")
    PUBLISHED = "published", _("Results published")
    CLOSED = "closed", _("Closed")


class ProjectKind(TextChoices):
    SCIENCE = "science", _("Scientific project")
    ENGINEERING = "engineering", _("Engineering project")
