"""Who studies at a university or college."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from programs.core.fates import EMPTIED, LASTS, OWN, SHOWN, STAYS


class Student(models.Model):
    """An adult who studies at a university or college (sinh viên) and enters competitions that are open to them.

    Nobody keeps a roll of students here: they sign up, and the organiser checks the number when a project is in.
    """

    PII = {
        "user": STAYS | OWN | SHOWN, "institution": EMPTIED | LASTS | SHOWN, "number": EMPTIED | LASTS | SHOWN,
    }  # fmt: skip
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="student")
    institution = models.CharField(_("university or college"), max_length=150)
    number = models.CharField(_("student number"), max_length=30)
    signed_up_at = models.DateTimeField(_("signed up"), auto_now_add=True)
    stated_at = models.DateTimeField(auto_now_add=True)  # when the studies were stated last

    class Meta:
        ordering = ["user__sort_key"]
        verbose_name, verbose_name_plural = _("university student"), _("university students")

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return self.user.full_name

    @property
    def sort_key(self) -> str:
        return self.user.sort_key

    @property
    def public_name(self) -> str:
        """The most a public page may show of the name."""
        return self.user.get_short_name()
