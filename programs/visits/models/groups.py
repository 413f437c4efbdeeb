"""What a school says of a group that would come: the same in a booking and in an entry of a draw.

A new fact of the group is a column, a field of the value beside it, and a name in ``PII`` if it is personal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from programs.core.phones import show_phone
from programs.schools.models import ClassGroup, School


@dataclass(frozen=True, kw_only=True)
class Group:
    """The class that would come, and what its school says of it, on the way from the form to the row."""

    class_group: ClassGroup
    pupils: int
    adults: int
    contact_phone: str
    needs: str = ""
    note: str = ""

    @property
    def school(self) -> School:
        return self.class_group.school

    def as_body(self) -> dict[str, Any]:
        """What the key of a form is good for: the same key with another group is refused."""
        return vars(self) | {"class_group": self.class_group.pk}


class GroupColumns(models.Model):
    """The columns of a group. Its school, class and leader belong to each table, which looks them up its own way."""

    PII = {"contact_phone", "needs", "note"}
    contact_phone = models.CharField(_("telephone on the day"), max_length=20)
    pupils = models.PositiveSmallIntegerField(_("pupils"))
    adults = models.PositiveSmallIntegerField(_("accompanying adults"))
    needs = models.TextField(_("access and medical needs (for the centre only)"), blank=True, max_length=1000)
    note = models.TextField(_("note to the centre"), blank=True, max_length=1000)

    class Meta:
        abstract = True

    @property
    def group(self) -> Group:
        return Group(class_group=self.class_group, **{name: getattr(self, name) for name in GROUP})

    @property
    def size(self) -> dict[str, int]:
        """What the log keeps of the group: nothing personal."""
        return {name: getattr(self, name) for name in GROUP if name not in GroupColumns.PII}

    @property
    def shown_phone(self) -> str:
        return show_phone(self.contact_phone)


GROUP = tuple(field.name for field in GroupColumns._meta.local_fields)
# Free text: others may be named in it.
GROUP_TEXTS = tuple(field.name for field in GroupColumns._meta.local_fields if isinstance(field, models.TextField))
# What the personal columns hold once they are wiped.
WIPED = dict.fromkeys(sorted(GroupColumns.PII), "")
