"""The institutions that university students come from, and the verbs in the log."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

AUDIT_ACTIONS = {
    "student.sign_up": _("Signed up as a university student"),
    "student.studies": _("Changed where they study"),
}


def institution_choices() -> list[tuple[str, str]]:
    """The list of the jurisdiction's settings. What is kept is the Vietnamese name: it stays when the list changes."""
    english = (get_language() or "vi").startswith("en")
    known = settings.JURISDICTION["institutions"]
    return [(each["name"], each["name_en"] if english else each["name"]) for each in known]
