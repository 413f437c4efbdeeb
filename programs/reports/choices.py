from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ReportState(TextChoices):
    OPEN = "open", _("Open")
    SCHOOL_CONFIRMED = "school_confirmed", _("Confirmed by the schools")
    WARD_CONFIRMED = "ward_confirmed", _("Confirmed by the wards")
    REVIEWED = "reviewed", _("Reviewed by the department")
    FROZEN = "frozen", _("Frozen")
    SUPERSEDED = "superseded", _("Superseded")


class GroupBy(TextChoices):
    WARD = "ward", _("By ward")
    LEVEL = "level", _("By level")
    TERM = "term", _("By term")
