from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programs.core.fates import ACT, EMPTIED, MASK, OWN, PLAIN, STAYS, UNSAID, until
from programs.data_rights.choices import OPEN_REQUESTS, RefusalGround, Requester, RequestKind, RequestState
from programs.pupils.models import Pupil
from programs.schools.models import School

USER = settings.AUTH_USER_MODEL
ASKED = EMPTIED | until("schools.data_requests")


class DataRequest(models.Model):
    """A request about one person's data, with its clock in working days (Law 91/2025/QH15, Decree 356).

    It is about a pupil, or about a person with an account; ``school`` is who handles it, none means the department.
    """

    PII = {
        "pupil": STAYS | OWN, "person": STAYS | OWN, "requester_name": ASKED | UNSAID, "text": ASKED | MASK, "answer": ASKED | MASK,
        "handled_by": ACT, "reference": PLAIN, "refusal_ground": PLAIN, "answer_by": PLAIN, "due_on": PLAIN,
    }  # fmt: skip
    MOVES_WITH_SCHOOL = Q(state__in=OPEN_REQUESTS)
    reference = models.CharField(max_length=16, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=RequestKind)
    state = models.CharField(_("status"), max_length=12, choices=RequestState, default=RequestState.RECEIVED)
    pupil = models.ForeignKey(Pupil, null=True, blank=True, on_delete=models.PROTECT, related_name="data_requests")
    person = models.ForeignKey(USER, null=True, blank=True, on_delete=models.PROTECT, related_name="data_requests")
    school = models.ForeignKey(School, null=True, blank=True, on_delete=models.PROTECT, related_name="data_requests")
    requester = models.CharField(_("requested by"), max_length=10, choices=Requester)
    requester_name = models.CharField(_("name of the person asking"), max_length=150, blank=True)
    text = models.TextField(_("what is requested"), max_length=2000, blank=True)
    answer = models.TextField(_("answer"), max_length=2000, blank=True)
    refusal_ground = models.CharField(_("legal grounds for the refusal"), max_length=20, blank=True)
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    answer_by = models.DateField(_("answer by"))
    due_on = models.DateField(_("complete by"))
    extended_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    agreed_at = models.DateTimeField(null=True, blank=True)  # a guardian, to what a child under 16 asked for
    done_at = models.DateTimeField(null=True, blank=True)
    alerted_at = models.DateTimeField(null=True, blank=True)
    handled_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["due_on", "pk"]
        verbose_name, verbose_name_plural = _("data request"), _("data requests")
        constraints = [
            models.CheckConstraint(
                condition=Q(pupil__isnull=False) | Q(person__isnull=False), name="a_request_is_about_somebody"
            )
        ]
        indexes = [models.Index(fields=["due_on"], condition=Q(state__in=OPEN_REQUESTS), name="open_requests_by_date")]

    def __str__(self) -> str:
        return self.reference

    @property
    def about(self) -> models.Model:
        """Whose data: the pupil's record, else the account. One of them is always there."""
        return self.pupil or self.person

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_REQUESTS

    @property
    def is_unanswered(self) -> bool:
        return self.state in (RequestState.RECEIVED, RequestState.IDENTIFIED)

    @property
    def next_date(self) -> date:
        """The date that counts now: of the answer until it is given, then of the end."""
        return self.answer_by if self.is_unanswered else self.due_on

    @property
    def is_late(self) -> bool:
        return self.is_open and self.next_date < timezone.localdate()

    @property
    def ground_label(self) -> str:
        return str(RefusalGround(self.refusal_ground).label) if self.refusal_ground else ""
