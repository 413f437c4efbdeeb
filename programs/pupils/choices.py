"""What is known of a pupil."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

AUDIT_ACTIONS = {
    "class.add": _("Class added"),
    "class.change": _("Class changed"),
    "pupil.leave": _("Pupil left the school"),
    "pupil.return": _("Pupil came back"),
    "pupil.merge": _("Two records of one pupil merged"),
    "school.promote": _("Classes moved up"),
}


class Gender(TextChoices):
    FEMALE = "f", _("Female")
    MALE = "m", _("Male")
    UNKNOWN = "", _("Not stated")


class AccountState(TextChoices):
    """How far a pupil has come to signing in."""

    NONE = "none", pgettext_lazy("account", "No card yet")
    WAITING = "waiting", pgettext_lazy("account", "Card not used yet")
    LAPSED = "lapsed", pgettext_lazy("account", "Card no longer valid")
    ACTIVE = "active", pgettext_lazy("account", "Signs in")
    CLOSED = "closed", pgettext_lazy("account", "Account closed")
