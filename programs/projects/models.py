"""A team's project and its files."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from programs.competitions.choices import ProjectKind
from programs.competitions.models import Competition, ProjectField
from programs.core.fates import (
    ACT,
    EMPTIED,
    GOES,
    LASTS,
    MASK,
    OWN,
    PLAIN,
    SECRET,
    SHOWN,
    UNSAID,
    becomes,
    row_until,
    stays,
)
from programs.core.models import SchoolYear
from programs.projects.choices import (
    EDITABLE,
    UNFINISHED,
    InvitationState,
    MemberState,
    ProjectState,
    ReopeningEnd,
)
from programs.pupils.models import COUNTED, Pupil
from programs.schools.models import School
from programs.students.models import Student

USER = settings.AUTH_USER_MODEL
NO_TITLE = "Dự án đã xóa nội dung"
TEXT = EMPTIED | MASK | LASTS | SHOWN
DECISION = stays(_("Points and decisions must remain traceable; they are only linked to an account without a name."))


class ProjectWords(models.Model):
    """What a team writes: in the project itself, and frozen in each of its submissions."""

    field = models.ForeignKey(
        ProjectField,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="%(class)ss",
        verbose_name=_("field"),
    )
    kind = models.CharField(_("kind"), max_length=12, choices=ProjectKind, default=ProjectKind.ENGINEERING)
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("summary"), max_length=2000)
    supervisor = models.ForeignKey(
        USER,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="supervised_%(class)ss",
        verbose_name=_("mentor"),
    )
    started_on = models.DateField(_("work began"), null=True, blank=True)
    finished_on = models.DateField(_("work ended"), null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title

    @property
    def draft(self) -> dict[str, Any]:
        """What the team writes, as the form names it."""
        return {
            "title": self.title,
            "kind": self.kind,
            "field": self.field_id,
            "summary": self.summary,
            "supervisor": self.supervisor_id,
            "started_on": self.started_on,
            "finished_on": self.finished_on,
        }

    @property
    def columns(self) -> dict[str, Any]:
        """The same as columns, to be written into another row."""
        links = {"field": "field_id", "supervisor": "supervisor_id"}
        return {links.get(name, name): value for name, value in self.draft.items()}


class Project(ProjectWords):
    """A pupil's entry. Its files are frozen by hash from the moment it is submitted."""

    PII = {
        "supervisor": DECISION | SHOWN, "created_by": DECISION | SHOWN | UNSAID, "title": TEXT | becomes(NO_TITLE),
        "summary": TEXT, "return_reason": TEXT, "reference": PLAIN, "award": PLAIN,
        "started_on": PLAIN, "finished_on": PLAIN, "institution": PLAIN,
    }  # fmt: skip
    MOVES_WITH_SCHOOL = Q(state__in=UNFINISHED)
    reference = models.CharField(_("reference"), max_length=12, unique=True)
    competition = models.ForeignKey(Competition, on_delete=models.PROTECT, related_name="projects")
    # Of the pupil on the lowest seat; a team of adults alone has none, and comes from institutions instead.
    school = models.ForeignKey(School, null=True, blank=True, on_delete=models.PROTECT, related_name="projects")
    institution = models.TextField(_("university or college"), blank=True)
    state = models.CharField(_("status"), max_length=12, choices=ProjectState, default=ProjectState.DRAFT)
    submitted_at = models.DateTimeField(null=True, blank=True)
    endorsed_at = models.DateTimeField(null=True, blank=True)
    return_reason = models.TextField(blank=True)
    # Later than the competition's last day for approvals, where the organiser reopened the project.
    endorse_until = models.DateTimeField(null=True, blank=True)
    warned_of = models.DateTimeField(null=True, blank=True)  # the last day for approvals that people were warned of
    award = models.CharField(_("award"), max_length=80, blank=True)
    created_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-updated_at"]
        verbose_name, verbose_name_plural = _("project"), _("projects")
        indexes = [
            models.Index(fields=["competition", "state"], name="project_competition_state"),
            models.Index(fields=["school", "state"], name="project_school_state"),
        ]

    @property
    def is_editable(self) -> bool:
        return self.state in EDITABLE

    @property
    def home(self) -> str:
        """Where its team comes from, in words: the school, or the institution of a team of adults."""
        return self.school.name if self.school else self.institution


class ForOne(models.Model):
    """A row about one person who enters: a pupil, or an adult who studies. Both have a name and an account."""

    pupil = models.ForeignKey(Pupil, null=True, blank=True, on_delete=models.PROTECT, related_name="%(class)ss")
    student = models.ForeignKey(Student, null=True, blank=True, on_delete=models.PROTECT, related_name="%(class)ss")

    class Meta:
        abstract = True

    @property
    def person(self) -> Any:
        """A pupil or a student; nobody yet where an invitation's code was not typed."""
        return self.pupil or self.student


class ProjectMember(ForOne):
    """Somebody in a team; one project per person per competition at a time, one member on each seat of the team."""

    PII = {"pupil": COUNTED | OWN, "student": COUNTED | OWN}
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="members")
    competition = models.ForeignKey(Competition, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=MemberState, default=MemberState.ACCEPTED)
    seat = models.PositiveSmallIntegerField(default=1)
    withdraws_at = models.DateTimeField(null=True, blank=True)  # when this member agreed to withdraw the project

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["competition", "pupil"],
                condition=Q(state=MemberState.ACCEPTED),
                name="one_project_per_pupil_per_competition",
            ),
            models.UniqueConstraint(
                fields=["competition", "student"],
                condition=Q(state=MemberState.ACCEPTED),
                name="one_project_per_student_per_competition",
            ),
            models.CheckConstraint(
                condition=Q(pupil__isnull=False, student=None) | Q(pupil=None, student__isnull=False),
                name="member_is_pupil_or_student",
            ),
            models.UniqueConstraint(
                fields=["project", "seat"], condition=Q(state=MemberState.ACCEPTED), name="one_member_per_seat"
            ),
        ]

    def __str__(self) -> str:
        return str(self.person)


class TeamInvitation(ForOne):
    """Into a team: to a classmate by name, or by a code that is for one person. Only the hash of a code is kept.

    Whoever types the code becomes its ``person``; joining the team is a second step, on the own desk.
    """

    PII = {
        "pupil": GOES | row_until("projects.invitations") | OWN,
        "student": GOES | row_until("projects.invitations") | OWN,
        "invited_by": ACT, "code_hash": SECRET,
    }  # fmt: skip
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="invitations")
    code_hash = models.CharField(max_length=64, null=True, blank=True, unique=True, editable=False)
    invited_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("status"), max_length=10, choices=InvitationState, default=InvitationState.WAITING)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name, verbose_name_plural = _("invitation into a team"), _("invitations into teams")
        constraints = [
            models.CheckConstraint(
                condition=Q(pupil__isnull=False) | Q(student__isnull=False) | Q(code_hash__isnull=False),
                name="invitation_to_somebody",
            ),
            models.CheckConstraint(condition=Q(pupil=None) | Q(student=None), name="invitation_to_one"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class EntryQuota(models.Model):
    """How many projects of a school in a competition, or of a mentor in a school year, are entered.

    It is a counter with a ceiling: places are taken by one conditional UPDATE (``actions/quotas.py``).
    """

    PII = {"mentor": DECISION | OWN}
    MOVES_WITH_SCHOOL = None  # a project that moves keeps the place that it took at its old school
    competition = models.ForeignKey(Competition, null=True, on_delete=models.PROTECT, related_name="+")
    school = models.ForeignKey(School, null=True, on_delete=models.PROTECT, related_name="+")
    school_year = models.ForeignKey(SchoolYear, null=True, on_delete=models.PROTECT, related_name="+")
    mentor = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    taken = models.PositiveSmallIntegerField(default=0)
    most = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(taken__lte=F("most")), name="entry_quota_not_exceeded"),
            models.CheckConstraint(
                condition=Q(competition__isnull=False, school__isnull=False, school_year=None, mentor=None)
                | Q(competition=None, school=None, school_year__isnull=False, mentor__isnull=False),
                name="entry_quota_of_school_or_mentor",
            ),
            models.UniqueConstraint(fields=["competition", "school"], name="one_entry_quota_per_school"),
            models.UniqueConstraint(fields=["school_year", "mentor"], name="one_entry_quota_per_mentor"),
        ]

    def __str__(self) -> str:
        return f"{self.taken}/{self.most}"


class EntryPlace(models.Model):
    """A place that a project holds of a quota, from its submission until it leaves the competition."""

    NO_PII = True
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="places")
    quota = models.ForeignKey(EntryQuota, on_delete=models.PROTECT, related_name="places")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "quota"], name="one_place_of_a_quota")]

    def __str__(self) -> str:
        return f"{self.project_id} · {self.quota_id}"


class Submission(ProjectWords):
    """One press of "Submit": the words as they were, and what later wings sealed of theirs.

    ``due_at`` is the deadline that the press kept; files under way may come for the minutes of grace after it.
    Without ``complete_at`` they are still coming, or did not come.
    """

    PII = {
        "title": TEXT | becomes(NO_TITLE), "summary": TEXT, "supervisor": DECISION | SHOWN, "pressed_by": ACT,
        "started_on": PLAIN, "finished_on": PLAIN, "seals": PLAIN,
    }  # fmt: skip
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="submissions")
    number = models.PositiveSmallIntegerField(_("number"))
    pressed_at = models.DateTimeField(_("submitted"))
    pressed_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    came_from = models.CharField(max_length=12, choices=ProjectState, default=ProjectState.DRAFT)
    due_at = models.DateTimeField()
    complete_at = models.DateTimeField(null=True, blank=True)  # checked, and on to those who approve
    arrived_at = models.DateTimeField(null=True, blank=True)  # the last byte of all that is in it
    left_out = models.PositiveSmallIntegerField(default=0)  # files that had not come when the grace was over
    seals = models.JSONField(default=dict, blank=True)  # of queries/submissions.py: SEALS

    class Meta:
        ordering = ["-number"]
        verbose_name, verbose_name_plural = _("submission"), _("submissions")
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="one_submission_of_a_number")]

    @property
    def used_grace(self) -> bool:
        return self.arrived_at is not None and self.arrived_at > self.due_at


class Reopening(models.Model):
    """The organiser opened a project that was in: why, what of it, until when; the state that it falls back to."""

    PII = {"reason": TEXT, "by": ACT, "scope": PLAIN}
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="reopenings")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(_("reason"), max_length=1000)
    scope = models.JSONField(default=list, blank=True)  # of OPEN_WORDS and the codes of documents
    came_from = models.CharField(max_length=12, choices=ProjectState)
    ends_at = models.DateTimeField(_("open until"))
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_how = models.CharField(max_length=10, choices=ReopeningEnd, blank=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name, verbose_name_plural = _("reopening"), _("reopenings")
        constraints = [
            models.UniqueConstraint(
                fields=["project"], condition=Q(ended_at__isnull=True), name="one_open_reopening_of_a_project"
            )
        ]

    def __str__(self) -> str:
        return f"#{self.project_id}"
