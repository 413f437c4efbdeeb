"""Approvals of a submission by role, statements that the work is honest, and the safety committee."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from programs.competitions.models import Competition
from programs.core.fates import ACT, OWN, SHOWN
from programs.endorsements.choices import Decision, Kind, Part
from programs.projects.models import DECISION, Project, Submission

USER = settings.AUTH_USER_MODEL


class Approval(models.Model):
    """What one role decided about one submission; nobody decides twice about it.

    Why it was returned stands with the project and beside the log.
    """

    PII = {"by": DECISION | OWN | SHOWN}
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="approvals")
    kind = models.CharField(_("role"), max_length=10, choices=Kind)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("decided"), auto_now_add=True)

    class Meta:
        ordering = ["at"]
        verbose_name, verbose_name_plural = _("approval of a project"), _("approvals of projects")
        constraints = [
            models.UniqueConstraint(fields=["submission", "kind"], name="one_decision_of_a_role"),
            models.UniqueConstraint(fields=["submission", "by"], name="nobody_approves_twice"),
        ]

    def __str__(self) -> str:
        return f"#{self.submission_id} · {self.kind}"


class Statement(models.Model):
    """Somebody stated, in the words of ``text_version`` (``words.py``), that the work on a project is honest."""

    PII = {"person": DECISION | OWN | SHOWN}
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="statements")
    person = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    part = models.CharField(_("part"), max_length=10, choices=Part)
    text_version = models.PositiveSmallIntegerField(_("version of the text"))
    at = models.DateTimeField(_("stated"), auto_now_add=True)

    class Meta:
        ordering = ["at"]
        verbose_name, verbose_name_plural = _("statement about a project"), _("statements about projects")
        constraints = [models.UniqueConstraint(fields=["project", "person"], name="one_statement_of_a_person")]

    def __str__(self) -> str:
        return f"#{self.project_id} · {self.part}"


class SafetyMember(models.Model):
    """A member of the organiser's safety committee for one competition."""

    PII = {"user": DECISION | OWN | SHOWN, "named_by": ACT}
    competition = models.ForeignKey(Competition, on_delete=models.PROTECT, related_name="safety_committee")
    user = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    named_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField(_("named"), auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["named_at"]
        verbose_name, verbose_name_plural = _("member of the safety committee"), _("members of the safety committee")
        constraints = [
            models.UniqueConstraint(
                fields=["competition", "user"], condition=Q(ended_at__isnull=True), name="once_in_a_safety_committee"
            )
        ]

    def __str__(self) -> str:
        return f"#{self.competition_id} · {self.user_id}"
