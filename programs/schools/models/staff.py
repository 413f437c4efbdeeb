from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programs.schools.choices import (
    OfficeRole,
    SchoolRole,
)
from programs.schools.models.areas import Area
from programs.schools.models.schools import School

USER = settings.AUTH_USER_MODEL


class MembershipQuerySet(models.QuerySet):
    def current(self) -> MembershipQuerySet:
        return self.filter(ended_on__isnull=True)


class Membership(models.Model):
    """A person's part in a school. It ends, it is never deleted."""

    PII = {"user"}
    MOVES_WITH_SCHOOL = Q(ended_on__isnull=True)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=12, choices=SchoolRole)
    started_on = models.DateField(default=timezone.localdate)
    ended_on = models.DateField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("staff member"), _("staff members")
        constraints = [
            models.UniqueConstraint(
                fields=["school", "user", "role"],
                condition=Q(ended_on__isnull=True),
                name="one_current_role_in_a_school",
            ),
            models.UniqueConstraint(
                fields=["school"],
                condition=Q(ended_on__isnull=True, role=SchoolRole.COORDINATOR),
                name="one_current_coordinator_per_school",
            ),
            models.UniqueConstraint(
                fields=["school"],
                condition=Q(ended_on__isnull=True, role=SchoolRole.DEPUTY),
                name="one_current_deputy_per_school",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"


class Invitation(models.Model):
    """An invitation by e-mail to join a school's staff. Only the hash of its token is kept."""

    PII = {"email", "full_name"}
    MOVES_WITH_SCHOOL = Q(accepted_at__isnull=True, withdrawn_at__isnull=True)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail"))
    full_name = models.CharField(_("full name"), max_length=150)
    role = models.CharField(_("role"), max_length=12, choices=SchoolRole, default=SchoolRole.TEACHER)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "email", "role"],
                condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="one_open_invitation_per_role",
            )
        ]

    def __str__(self) -> str:
        return self.email


class OfficerPost(models.Model):
    """An officer's post and its scope: nodes of either tree; no area means the whole jurisdiction."""

    PII = {"user"}
    user = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="officer_posts")
    role = models.CharField(_("role"), max_length=12, choices=OfficeRole)
    areas = models.ManyToManyField(Area, blank=True, related_name="officer_posts")

    class Meta:
        verbose_name, verbose_name_plural = _("officer post"), _("officer posts")
        constraints = [models.UniqueConstraint(fields=["user", "role"], name="one_post_per_role")]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"
