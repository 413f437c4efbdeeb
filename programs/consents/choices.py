"""Purposes of a consent, its states, and who gives it how."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

AUDIT_ACTIONS = {
    "consent.give": _("Consent given"),
    "consent.refuse": _("Consent refused"),
    "consent.withdraw": _("Consent withdrawn"),
    "consent.keep": _("Older answer kept as history"),
    "consent.settle": _("Recorded how two guardians settled it"),
    "consent_text.publish": _("Consent text published"),
    "guardian_link.issue": _("Guardian's link created"),
    "guardian_link.void": _("Guardian's link closed"),
    "guardian_link.stop": _("Somebody who works for the school tried a guardian's link and was stopped"),
}


class ConsentPurpose(TextChoices):
    TAKE_PART = "take_part", _("Take part in the activity")
    PHOTO = "photo", _("Photograph in reports")
    SHOWCASE = "showcase", _("Public showcase: first name and school")
    PARTNER = "partner", _("Share with a partner")


class ConsentState(TextChoices):
    ASKED = "asked", pgettext_lazy("consent", "Asked")
    GIVEN = "given", pgettext_lazy("consent", "Given")
    REFUSED = "refused", pgettext_lazy("consent", "Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("consent", "Withdrawn")
    EXPIRED = "expired", pgettext_lazy("consent", "Expired")
    DISPUTED = "disputed", _("Two guardians disagree")


NO = (ConsentState.REFUSED, ConsentState.WITHDRAWN, ConsentState.DISPUTED)  # a yes of one against a no is a no


class ConsentGiver(TextChoices):
    PUPIL = "pupil", _("Pupil")
    GUARDIAN = "guardian", _("Guardian")


class ConsentChannel(TextChoices):
    LINK = "link", pgettext_lazy("way of consent", "Personal link")
    PAPER = "paper", pgettext_lazy("way of consent", "Paper form")
    ACCOUNT = "account", pgettext_lazy("way of consent", "Pupil's own account")
