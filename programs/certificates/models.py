from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from programs.bookings.models import Booking
from programs.certificates.choices import CertificateKind, CertificateState, RevocationReason
from programs.core.fates import ACT, EMPTIED, OWN, PLAIN, SHOWN, STAYS, UNSAID, until
from programs.projects.models import Project
from programs.pupils.models import Pupil
from programs.schools.models import School

USER = settings.AUTH_USER_MODEL
# The holder's, not the register's: emptied on request, or later where a law holds it.
NAME = EMPTIED | until("certificates.held_names") | SHOWN


class SerialCounter(models.Model):
    """The last number issued in a register; taken by a conditional write, never by max + 1."""

    NO_PII = True
    register = models.CharField(max_length=20, unique=True)  # e.g. GCN-2026
    last_number = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.register}: {self.last_number}"


class Certificate(models.Model):
    """The printed content, frozen. The public page uses this row alone."""

    PII = {
        "printed_name": NAME, "class_name": NAME, "sort_key": NAME | UNSAID, "pupil": STAYS | OWN | SHOWN,
        "issued_by": ACT | SHOWN, "serial": PLAIN, "verify_code": PLAIN, "language": PLAIN, "school_name": PLAIN,
        "activity_title": PLAIN, "place": PLAIN, "issuer_name": PLAIN, "held_on": PLAIN,
    }  # fmt: skip
    MOVES_WITH_SCHOOL = None
    serial = models.CharField(_("serial"), max_length=30, unique=True)
    verify_code = models.CharField(_("verification code"), max_length=40, unique=True)
    kind = models.CharField(max_length=10, choices=CertificateKind)
    language = models.CharField(max_length=5, default="vi")
    printed_name = models.CharField(_("name as printed"), max_length=150)
    sort_key = models.CharField(max_length=400, editable=False)
    class_name = models.CharField(max_length=20, blank=True)
    school_name = models.CharField(max_length=200)
    activity_title = models.CharField(max_length=200)
    place = models.CharField(max_length=200)
    issuer_name = models.CharField(max_length=200)
    held_on = models.DateField(_("date of the activity"))
    pupil = models.ForeignKey(Pupil, null=True, blank=True, on_delete=models.SET_NULL, related_name="certificates")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="certificates")
    booking = models.ForeignKey(Booking, null=True, blank=True, on_delete=models.PROTECT, related_name="certificates")
    project = models.ForeignKey(Project, null=True, blank=True, on_delete=models.PROTECT, related_name="certificates")
    state = models.CharField(_("status"), max_length=10, choices=CertificateState, default=CertificateState.ISSUED)
    issued_at = models.DateTimeField(_("issued"))
    issued_by = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_reason = models.CharField(max_length=20, choices=RevocationReason, blank=True)
    replaced_by = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["sort_key"]
        verbose_name, verbose_name_plural = _("certificate"), _("certificates")
        constraints = [
            models.UniqueConstraint(
                fields=["booking", "pupil", "kind"],
                condition=Q(state=CertificateState.ISSUED, booking__isnull=False),
                name="one_valid_certificate_per_visit",
            ),
            models.UniqueConstraint(
                fields=["project", "pupil", "kind"],
                condition=Q(state=CertificateState.ISSUED, project__isnull=False),
                name="one_valid_certificate_per_project",
            ),
            models.CheckConstraint(
                condition=Q(booking__isnull=False) | Q(project__isnull=False), name="certificate_has_an_occasion"
            ),
        ]

    def __str__(self) -> str:
        return self.serial

    @property
    def is_valid(self) -> bool:
        return self.state == CertificateState.ISSUED
