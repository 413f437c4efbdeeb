"""Who must agree to a visit, who answers for a school, and why somebody stands in for somebody else."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Office(TextChoices):
    """From the nearest to the highest: each is the next authority of the one before."""

    PRINCIPAL = "principal", _("Principal")
    COORDINATOR = "coordinator", _("School coordinator")
    WARD = "ward", pgettext_lazy("approval", "Ward")
    DEPARTMENT = "department", _("Department of Education and Training")


class StandIn(TextChoices):
    NOBODY = "nobody", _("nobody there can answer on the portal")
    SILENT = "silent", _("there was no answer in time")


class ApprovalKind(TextChoices):
    PRINCIPAL = "principal", _("Principal")
    WARD = "ward", pgettext_lazy("approval", "Ward")
    DEPARTMENT = "department", _("Department's consent to leave the city")


class ApprovalState(TextChoices):
    ASKED = "asked", pgettext_lazy("approval", "Waiting")
    APPROVED = "approved", pgettext_lazy("approval", "Approved")
    RETURNED = "returned", pgettext_lazy("approval", "Sent back")
    REFUSED = "refused", pgettext_lazy("approval", "Refused")


class AskedAgain(TextChoices):
    """Why somebody who has answered is asked again."""

    PAPER = "paper", _("a paper of the visit was changed")
    GROUP = "group", _("the group became larger")
    DAY = "day", _("the visit is on another day")
    PRICE = "price", _("the price changed")
    MENDED = "mended", _("the school has mended what was missing")
