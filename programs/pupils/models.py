from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now, TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programs.core.fates import ACT, EMPTIED, GOES, OWN, PLAIN, REWRITTEN, SHOWN, STAYS, UNSAID, row_until, stays, until
from programs.core.models import SchoolYear
from programs.core.text import clean_name, fold, name_sort_key
from programs.pupils.choices import Gender, Then
from programs.schools.models import School

USER = settings.AUTH_USER_MODEL
WITH_RECORD = EMPTIED | until("schools.pupils")
COUNTED = stays(_("They only count a pupil without a name."))
JOINED = GOES | row_until("pupils.joinings") | OWN


class ClassGroup(models.Model):
    """A class of one school year, such as 8A1."""

    NO_PII = True
    MOVES_WITH_SCHOOL = Q(
        school_year__ends_on__gte=TruncDate(Now())
    )  # this year's; classes of earlier years are history
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="classes")
    school_year = models.ForeignKey(SchoolYear, on_delete=models.PROTECT, related_name="classes")
    name = models.CharField(_("class"), max_length=20)
    grade = models.PositiveSmallIntegerField(_("grade"))
    homeroom_teacher = models.ForeignKey(
        USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="homeroom_classes"
    )

    join_code = models.CharField(_("class code"), max_length=12, null=True, blank=True, unique=True)
    moves_on = models.DateField(null=True, blank=True)  # prepared: from this day on its pupils are not in it any more
    moves_up_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="moves_from"
    )  # where they are then; none: they leave the school

    class Meta:
        ordering = ["grade", "name"]
        verbose_name, verbose_name_plural = _("class"), _("classes")
        constraints = [
            models.UniqueConstraint(fields=["school", "school_year", "name"], name="one_class_of_a_name_a_year"),
            models.CheckConstraint(condition=Q(grade__gte=1, grade__lte=12), name="class_grade_1_to_12"),
        ]

    def __str__(self) -> str:
        return self.name


class Pupil(models.Model):
    """A pupil as the school's own register has it; the portal is never the origin of pupil data."""

    IS_A_PERSON = True
    PII = {
        "full_name": WITH_RECORD | REWRITTEN | SHOWN, "external_id": WITH_RECORD | REWRITTEN | SHOWN,
        "sort_key": WITH_RECORD | REWRITTEN | UNSAID, "search_key": WITH_RECORD | REWRITTEN | UNSAID,
        "given_name": WITH_RECORD | SHOWN, "birth_date": WITH_RECORD | SHOWN, "user": WITH_RECORD | SHOWN,
        "guardian_name": WITH_RECORD | SHOWN, "guardian_phone": WITH_RECORD | SHOWN,
        "gender": STAYS | SHOWN,  # so that totals stay
        "merged_into": STAYS | UNSAID | SHOWN,  # the same child
        "source": PLAIN, "left_on": PLAIN,
    }  # fmt: skip
    MOVES_WITH_SCHOOL = Q(left_on__isnull=True, merged_into__isnull=True)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="pupils")
    user = models.OneToOneField(USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="pupil")
    full_name = models.CharField(_("full name"), max_length=150)
    given_name = models.CharField(_("given name"), max_length=60, blank=True)
    sort_key = models.CharField(max_length=400, editable=False)
    search_key = models.CharField(max_length=200, editable=False)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    gender = models.CharField(_("gender"), max_length=1, choices=Gender, blank=True)
    external_id = models.CharField(_("identifier in the source"), max_length=40)
    source = models.CharField(_("source"), max_length=60)
    imported_at = models.DateTimeField(default=timezone.now)
    guardian_name = models.CharField(_("guardian"), max_length=150, blank=True)
    guardian_phone = models.CharField(_("guardian's phone number"), max_length=20, blank=True)
    left_on = models.DateField(_("left the school on"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged_from"
    )  # the same child under two identifiers: decided by a person, never by the portal
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["sort_key"]
        verbose_name, verbose_name_plural = _("pupil"), _("pupils")
        constraints = [
            models.UniqueConstraint(fields=["school", "source", "external_id"], name="one_pupil_per_source_identifier")
        ]
        indexes = [
            models.Index(fields=["school", "sort_key"], name="pupil_school_order"),
            models.Index(fields=["source", "external_id"], name="pupil_source_identifier"),
        ]

    def __str__(self) -> str:
        return self.full_name

    def save(self, *args, **kwargs) -> None:
        self.set_keys()
        super().save(*args, **kwargs)

    def set_keys(self) -> None:
        """Clean the name and set the derived columns; call this when writing many rows at once."""
        self.full_name = clean_name(self.full_name)
        self.sort_key = name_sort_key(self.full_name, self.given_name)
        self.search_key = fold(self.full_name)[:200]

    @property
    def public_name(self) -> str:
        """The most a public page may show of a pupil's name."""
        return self.given_name or self.full_name.split()[-1]


def place_in_force(day: date, of: str = "") -> Q:
    """What a place must be to hold on ``day``; ``of`` is the relation through which places are asked."""
    at = f"{of}__" if of else ""
    ends_later = Q(**{f"{at}ended_on__isnull": True}) | Q(**{f"{at}ended_on__gt": day})
    return Q(**{f"{at}started_on__lte": day}) & ends_later


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def in_force(self, day: date | None = None) -> EnrolmentQuerySet:
        """Who is in which class on ``day``, today if none is given."""
        return self.filter(place_in_force(day or timezone.localdate()))

    def not_over(self) -> EnrolmentQuerySet:
        """Those of today and those prepared for a day to come."""
        return self.filter(Q(ended_on=None) | Q(ended_on__gt=timezone.localdate()))

    def to_come(self) -> EnrolmentQuerySet:
        return self.filter(started_on__gt=timezone.localdate())


class Enrolment(models.Model):
    """A pupil in a class, with the history of moves.

    It holds from ``started_on`` until the day before ``ended_on``. Both may lie in the future: what is prepared for
    the next school year takes effect by its dates alone.
    """

    PII = {"pupil": COUNTED | OWN, "started_on": PLAIN, "ended_on": PLAIN, "then": PLAIN}
    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="enrolments")
    class_group = models.ForeignKey(ClassGroup, on_delete=models.CASCADE, related_name="enrolments")
    started_on = models.DateField(default=timezone.localdate)
    ended_on = models.DateField(null=True, blank=True)
    then = models.CharField(max_length=6, choices=Then, blank=True)  # what its prepared end means for the pupil
    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pupil"], condition=Q(ended_on__isnull=True), name="one_open_place_of_a_pupil"
            )
        ]
        indexes = [models.Index(fields=["ended_on"], condition=Q(then=Then.LEAVES), name="places_to_leave")]

    def __str__(self) -> str:
        return f"{self.pupil} · {self.class_group}"

    @property
    def last_day(self) -> date | None:
        """The last day in the class; None while no end is known."""
        return max(self.started_on, self.ended_on - timedelta(days=1)) if self.ended_on else None

    @property
    def is_in_force(self) -> bool:
        today = timezone.localdate()
        return self.started_on <= today and (self.ended_on is None or self.ended_on > today)


class Joining(models.Model):
    """Two records that a person joined, with all it takes to part them again."""

    PII = {"kept": JOINED, "dropped": JOINED, "joined_by": ACT, "parted_by": ACT, "parts": PLAIN}
    STAYS_WITH_RECORD = True  # it speaks of the two records: it does not follow the child
    kept = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="joinings")
    dropped = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="+")
    parts = models.JSONField(default=dict)  # numbers of rows that moved, and the two records as they were
    joined_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    joined_at = models.DateTimeField(default=timezone.now)
    parted_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    parted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-joined_at", "-pk"]
        verbose_name, verbose_name_plural = _("joining of two records"), _("joinings of two records")
        constraints = [
            models.UniqueConstraint(
                fields=["dropped"], condition=Q(parted_at__isnull=True), name="one_joining_of_a_record"
            )
        ]

    def __str__(self) -> str:
        return f"{self.dropped_id} → {self.kept_id}"
