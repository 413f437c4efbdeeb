from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PolicyState(TextChoices):
    IN_FORCE = "in_force", _("In force")
    REPLACED = "replaced", _("Replaced")


# The addresses of the sections are fixed, so that the navigation of every page costs no query.
SECTION_SLUGS = {
    "curricula": {"vi": "bai-hoc-stem", "en": "stem-lessons"},
    "field_trips": {"vi": "tham-quan", "en": "field-trips"},
    "policies": {"vi": "van-ban", "en": "policies"},
    "news": {"vi": "tin-tuc", "en": "news"},
    "about": {"vi": "gioi-thieu", "en": "about"},
    "terms": {"vi": "dieu-khoan-su-dung", "en": "terms"},
    "help": {"vi": "tro-giup", "en": "help"},
    "privacy": {"vi": "quyen-rieng-tu", "en": "privacy"},
    "accessibility": {"vi": "tuyen-bo-tiep-can", "en": "accessibility"},
}
