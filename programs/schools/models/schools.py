from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programs.core.choices import Level
from programs.core.phones import show_phone
from programs.core.text import clean_name, fold, text_sort_key
from programs.schools.choices import (
    WORKING_STATES,
    Authority,
    ImportState,
    Ownership,
    SchoolState,
)
from programs.schools.models.areas import Area

USER = settings.AUTH_USER_MODEL


class SchoolQuerySet(models.QuerySet):
    def working(self) -> SchoolQuerySet:
        """Schools that may act: verified by their authority."""
        return self.filter(state__in=WORKING_STATES)

    def claimable(self) -> SchoolQuerySet:
        return self.filter(state=SchoolState.INVITED)


class School(models.Model):
    """An institution from the official list; never typed by a user."""

    NO_PII = True
    MOVES_WITH_SCHOOL = Q(pk__isnull=False)  # schools that had merged into this one follow it
    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=200)
    sort_key = models.CharField(max_length=400, editable=False)
    search_key = models.CharField(max_length=300, editable=False)
    ward = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="schools", verbose_name=_("ward"))
    cluster = models.ForeignKey(
        Area, null=True, blank=True, on_delete=models.PROTECT, related_name="cluster_schools", verbose_name=_("cluster")
    )
    ownership = models.CharField(_("ownership"), max_length=10, choices=Ownership, default=Ownership.PUBLIC)
    authority = models.CharField(_("authority"), max_length=12, choices=Authority)
    address = models.CharField(_("address"), max_length=250, blank=True)
    phone = models.CharField(_("telephone"), max_length=20, blank=True)
    pupil_count = models.PositiveIntegerField(_("pupils on the roll"), default=0)
    state = models.CharField(_("state"), max_length=12, choices=SchoolState, default=SchoolState.INVITED)
    state_reason = models.TextField(_("reason of the state"), blank=True, max_length=500)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged_from")
    ended_on = models.DateField(_("closed or merged on"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SchoolQuerySet.as_manager()

    class Meta:
        ordering = ["sort_key"]
        verbose_name, verbose_name_plural = _("school"), _("schools")
        indexes = [models.Index(fields=["ward", "state"], name="school_ward_state")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        self.name = clean_name(self.name)
        self.sort_key = text_sort_key(self.name)
        self.search_key = fold(f"{self.name} {self.code}")[:300]
        super().save(*args, **kwargs)

    @property
    def is_working(self) -> bool:
        return self.state in WORKING_STATES

    @property
    def phone_shown(self) -> str:
        return show_phone(self.phone)

    @property
    def level_names(self) -> str:
        """Its levels in words, lowest first; lists prefetch ``levels``."""
        rows = sorted(self.levels.all(), key=lambda row: Level.values.index(row.level))
        return ", ".join(str(row) for row in rows)


class SchoolLevel(models.Model):
    """A school has one or several levels; totals count the school once."""

    NO_PII = True
    MOVES_WITH_SCHOOL = None
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="levels")
    level = models.CharField(_("level"), max_length=20, choices=Level)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "level"], name="one_row_per_school_level")]

    def __str__(self) -> str:
        return self.get_level_display()


class SchoolAlias(models.Model):
    """An old code under which a school was known."""

    NO_PII = True
    MOVES_WITH_SCHOOL = None
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="aliases")
    code = models.CharField(max_length=20, unique=True)

    def __str__(self) -> str:
        return self.code


class SchoolName(models.Model):
    """A name that a school bore before; what was written under it is found under both."""

    NO_PII = True
    MOVES_WITH_SCHOOL = None
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="former_names")
    name = models.CharField(_("former name"), max_length=200)
    search_key = models.CharField(max_length=300, editable=False)
    used_until = models.DateField(_("used until"), default=timezone.localdate)

    class Meta:
        ordering = ["-used_until"]
        verbose_name, verbose_name_plural = _("former name"), _("former names")

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        self.name = clean_name(self.name)
        self.search_key = fold(self.name)[:300]
        super().save(*args, **kwargs)


class SchoolsApart(models.Model):
    """Two schools that look alike, of which an officer has said that they are two. ``first`` has the lower key."""

    NO_PII = True
    MOVES_WITH_SCHOOL = None
    first = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+")
    decided_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("schools that are not the same"), _("schools that are not the same")
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="one_word_per_pair_of_schools"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="pair_of_schools_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} ≠ {self.second_id}"


class SchoolListImport(models.Model):
    """An official list that an officer uploads: kept until it is applied or dropped, then only its figures."""

    PII = {"file_name"}
    reference = models.CharField(max_length=16, unique=True, editable=False)
    uploaded_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(_("file"), max_length=200)
    file_path = models.CharField(max_length=200, blank=True)  # in private storage
    file_hash = models.CharField(max_length=64)
    sheet = models.CharField(_("sheet"), max_length=120, blank=True)
    header_line = models.PositiveIntegerField(null=True, blank=True)
    mapping = models.JSONField(default=dict)  # column number (from 0, as text) -> field
    state = models.CharField(_("state"), max_length=10, choices=ImportState, default=ImportState.UPLOADED)
    counts = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name, verbose_name_plural = _("import of the official list"), _("imports of the official list")

    def __str__(self) -> str:
        return self.reference
