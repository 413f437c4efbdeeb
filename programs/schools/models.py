"""Areas, schools and their names, the people who work for them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programs.core.choices import Level
from programs.core.fates import (
    ACT,
    FILE,
    GOES,
    LASTS,
    MASK,
    OWN,
    PLAIN,
    SECRET,
    SHOWN,
    STAYS,
    UNSAID,
    row_until,
    stays,
    until,
)
from programs.core.phones import show_phone
from programs.core.text import clean_name, fold, text_sort_key
from programs.schools.choices import (
    WORKING_STATES,
    AreaKind,
    Authority,
    ImportState,
    OfficeRole,
    Ownership,
    SchoolRole,
    SchoolState,
    Tree,
)

USER = settings.AUTH_USER_MODEL
LIST = STAYS | until("schools.list_files")


class SchoolQuerySet(models.QuerySet):
    def working(self) -> SchoolQuerySet:
        """Schools that may act: verified by their authority."""
        return self.filter(state__in=WORKING_STATES)

    def claimable(self) -> SchoolQuerySet:
        return self.filter(state=SchoolState.INVITED)


class Area(models.Model):
    """A node of one of the two trees that answer for schools. No district level exists since July 2025."""

    NO_PII = True
    tree = models.CharField(_("tree"), max_length=16, choices=Tree, default=Tree.ADMINISTRATIVE)
    kind = models.CharField(_("kind"), max_length=16, choices=AreaKind)
    code = models.CharField(_("official code"), max_length=20)
    name = models.CharField(_("name"), max_length=120)
    sort_key = models.CharField(max_length=400, editable=False)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    former_province = models.CharField(_("province before July 2025"), max_length=60, blank=True)
    in_jurisdiction = models.BooleanField(_("within this portal's jurisdiction"), default=False)

    class Meta:
        ordering = ["tree", "sort_key"]
        verbose_name, verbose_name_plural = _("area"), _("areas")
        constraints = [models.UniqueConstraint(fields=["tree", "code"], name="one_area_per_code")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        self.sort_key = text_sort_key(self.name)
        super().save(*args, **kwargs)


class School(models.Model):
    """An institution from the official list; never typed by a user."""

    PII = {
        "state_reason": MASK | LASTS | UNSAID | SHOWN, "code": PLAIN, "name": PLAIN, "sort_key": PLAIN,
        "search_key": PLAIN, "address": PLAIN, "phone": PLAIN, "ended_on": PLAIN,
    }  # fmt: skip
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
    phone = models.CharField(_("phone number"), max_length=20, blank=True)
    pupil_count = models.PositiveIntegerField(_("pupils on the roll"), default=0)
    state = models.CharField(_("status"), max_length=12, choices=SchoolState, default=SchoolState.INVITED)
    state_reason = models.TextField(_("reason for the status"), blank=True, max_length=500)
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
    """A former name of a school; records are found under both names."""

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
    """Two similar schools that an officer confirmed to be different. ``first`` has the lower key."""

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

    PII = {
        "uploaded_by": STAYS | OWN, "file_name": LIST | MASK, "file_path": LIST | FILE, "reference": PLAIN,
        "file_hash": PLAIN, "sheet": PLAIN, "mapping": PLAIN, "counts": PLAIN,
    }  # fmt: skip
    reference = models.CharField(max_length=16, unique=True, editable=False)
    uploaded_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(_("file"), max_length=200)
    file_path = models.CharField(max_length=200, blank=True)  # in private storage
    file_hash = models.CharField(max_length=64)
    sheet = models.CharField(_("sheet"), max_length=120, blank=True)
    header_line = models.PositiveIntegerField(null=True, blank=True)
    mapping = models.JSONField(default=dict)  # column number (from 0, as text) -> field
    state = models.CharField(_("status"), max_length=10, choices=ImportState, default=ImportState.UPLOADED)
    counts = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name, verbose_name_plural = _("import of the official list"), _("imports of the official list")

    def __str__(self) -> str:
        return self.reference


ROLE = stays(_("What was done in a role can still be traced to one former member of staff, without the name."))
INVITED = GOES | row_until("schools.invitations")


class MembershipQuerySet(models.QuerySet):
    def current(self) -> MembershipQuerySet:
        return self.filter(ended_on__isnull=True)


class Membership(models.Model):
    """A person's role at a school. It ends; it is never deleted."""

    PII = {"user": ROLE | OWN | SHOWN, "started_on": PLAIN, "ended_on": PLAIN}
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
    """An invitation by email to join a school's staff. Only the hash of its token is kept."""

    PII = {"email": INVITED | OWN, "full_name": INVITED, "invited_by": ACT, "token_hash": SECRET}
    MOVES_WITH_SCHOOL = Q(accepted_at__isnull=True, withdrawn_at__isnull=True)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("email"))
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

    PII = {"user": ROLE | OWN | SHOWN}
    user = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="officer_posts")
    role = models.CharField(_("role"), max_length=12, choices=OfficeRole)
    areas = models.ManyToManyField(Area, blank=True, related_name="officer_posts")

    class Meta:
        verbose_name, verbose_name_plural = _("officer post"), _("officer posts")
        constraints = [models.UniqueConstraint(fields=["user", "role"], name="one_post_per_role")]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"
