"""States of rule sets and competitions, and the kinds of their parts."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

AUDIT_ACTIONS = {
    "rule_set.copy": _("Began a new version of the rules"),
    "rule_set.change": _("Changed a draft of the rules"),
    "rule_set.publish": _("Published the rules"),
    "rule_set.drop": _("Deleted a draft of the rules"),
    "competition.create": _("Prepared a competition"),
    "competition.change": _("Changed what is said about a competition"),
    "competition.dates": _("Changed the dates of a competition"),
    "competition.open": _("Opened a competition for entries"),
    "competition.close": _("Closed a competition for entries"),
}


class RuleSetState(TextChoices):
    """A draft may change; from its publication on the database refuses every change."""

    DRAFT = "draft", pgettext_lazy("rule set", "Draft")
    PUBLISHED = "published", pgettext_lazy("rule set", "Published, cannot change")


class CompetitionState(TextChoices):
    DRAFT = "draft", _("Being prepared")
    OPEN = "open", _("Open for entries")
    JUDGING = "judging", _("Being judged")
    PUBLISHED = "published", _("Results published")
    CLOSED = "closed", _("Closed")


C = CompetitionState
# What the organiser may do by hand. Judging and results move a competition by acts of their own.
COMPETITION_MOVES = {
    C.DRAFT: {C.OPEN},
    C.OPEN: {C.CLOSED},
    C.CLOSED: {C.OPEN},
    C.JUDGING: set(),
    C.PUBLISHED: set(),
}


class ProjectKind(TextChoices):
    SCIENCE = "science", _("Scientific project")
    ENGINEERING = "engineering", _("Engineering project")


class SlotKind(TextChoices):
    """What may lie in a document slot."""

    PDF = "pdf", _("PDF")
    IMAGE = "image", _("Photograph or drawing")
    SLIDES = "slides", _("Slides")
    VIDEO = "video", _("Video")
    LINK = "link", pgettext_lazy("document slot", "Link")


class Need(TextChoices):
    """Whether a project must fill a document slot."""

    ALWAYS = "always", _("Every project")
    CONDITION = "condition", _("Only when the team answers “yes” to its question")
    OPTIONAL = "optional", _("Whoever wants to")


class RoundKind(TextChoices):
    DOSSIER = "dossier", _("Reading of the documents")
    INTERVIEW = "interview", _("Interview")
    SELECTION = "selection", _("Selection")


class Publication(TextChoices):
    """Which projects are named when the results are published."""

    SELECTED = "selected", _("Those with an award and those that go on to the next contest")
    ALL = "all", _("Every project that was judged")
    NONE = "none", _("None: each team reads its own answer")


class AfterClosing(TextChoices):
    """What a project that is returned after closing may still mend, apart from document slots."""

    TITLE = "title", _("The title")
    SUMMARY = "summary", _("The summary")
