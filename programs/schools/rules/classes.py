"""Whether a class may be added or changed now."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from programs.core.refusals import Refusal


def class_refusal(*, exists: bool, teacher_is_staff: bool) -> Refusal | None:
    if exists:
        return Refusal("class_exists", _("The school has a class of this name in this school year already."), "name")
    if not teacher_is_staff:
        return Refusal("not_staff", _("The homeroom teacher has to belong to the school's staff."), "teacher")
    return None
