"""What is known of a pupil, and the registers that know it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from programs.core.text import fold

AUDIT_ACTIONS = {
    "class.add": _("Class added"),
    "class.change": _("Class changed"),
    "pupil.leave": _("Pupil left the school"),
    "pupil.return": _("Pupil came back"),
    "pupil.merge": _("Two records of one pupil merged"),
    "pupil.part": _("Two merged records separated again"),
    "school.promote": _("Moving up of the classes prepared"),
    "school.promote_back": _("Moving up of the classes taken back"),
    "school.left": _("Last grade left the school"),
}


@dataclass(frozen=True)
class Register:
    """Where a list of pupils comes from. A ``shared`` one numbers a child once for all schools."""

    name: str
    shared: bool
    spellings: tuple[str, ...]


REGISTERS = tuple(
    Register(row["name"], row["shared"], tuple(row["spellings"])) for row in settings.JURISDICTION["registers"]
)


def register_name(text: str) -> str:
    """The register's own name for any spelling of it; what is no register stays as it is."""
    words = " ".join(re.findall(r"[a-z0-9]+", fold(text)))
    return next((register.name for register in REGISTERS if words.startswith(register.spellings)), text)


def is_shared_register(source: str) -> bool:
    """Whether a number of ``source`` means one child wherever it stands."""
    return any(register.shared and register.name == source for register in REGISTERS)


class Gender(TextChoices):
    FEMALE = "f", _("Female")
    MALE = "m", _("Male")
    UNKNOWN = "", _("Not stated")


class Then(TextChoices):
    """What was prepared for the end of a place."""

    MOVES = "moves", _("moves up")
    LEAVES = "leaves", _("leaves the school")


class AccountState(TextChoices):
    """How far a pupil has come to signing in."""

    NONE = "none", pgettext_lazy("account", "No card yet")
    WAITING = "waiting", pgettext_lazy("account", "Card not used yet")
    LAPSED = "lapsed", pgettext_lazy("account", "Card no longer valid")
    ACTIVE = "active", pgettext_lazy("account", "Signs in")
    CLOSED = "closed", pgettext_lazy("account", "Account closed")
