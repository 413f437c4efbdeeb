from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ActivityForm(TextChoices):
    """The three forms of STEM education of official letter 3089/BGDĐT-GDTrH (2020), section II."""

    STEM_LESSON = "stem_lesson", _("STEM lesson")
    STEM_EXPERIENCE = "stem_experience", _("STEM experience activity")
    RESEARCH_PROJECT = "research_project", _("Science and engineering research")
