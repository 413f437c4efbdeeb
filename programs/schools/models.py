from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programs.core.choices import Level
from programs.core.models import SchoolYear
from programs.core.phones import show_phone
from programs.core.text import clean_name, fold, name_sort_key, text_sort_key
from programs.schools.choices import (
    OPEN_CLAIMS,
    WORKING_STATES,
    AreaKind,
    Authority,
    ClaimState,
    ConsentGiver,
    ConsentPurpose,
    ConsentState,
    Gender,
    OfficeRole,
    Ownership,
    SchoolRole,
    SchoolState,
    Tree,
)

USER = settings.AUTH_USER_MODEL


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


class SchoolQuerySet(models.QuerySet):
    def working(self) -> SchoolQuerySet:
        """Schools that may act: verified by their authority."""
        return self.filter(state__in=WORKING_STATES)

    def claimable(self) -> SchoolQuerySet:
        return self.filter(state=SchoolState.INVITED)


class School(models.Model):
    """An institution from the official list; never typed by a user."""

    NO_PII = True
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
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged_from")
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
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="levels")
    level = models.CharField(_("level"), max_length=20, choices=Level)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "level"], name="one_row_per_school_level")]

    def __str__(self) -> str:
        return self.get_level_display()


class SchoolAlias(models.Model):
    """An old code under which a school was known."""

    NO_PII = True
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="aliases")
    code = models.CharField(max_length=20, unique=True)

    def __str__(self) -> str:
        return self.code


class SchoolClaim(models.Model):
    """A coordinator's registration form for a school, and what the authority said of it."""

    PII = {"full_name", "email", "phone", "position", "message", "reason"}
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="claims")
    full_name = models.CharField(_("full name"), max_length=150)
    position = models.CharField(_("position"), max_length=120)
    email = models.EmailField(_("work e-mail"))
    phone = models.CharField(_("telephone"), max_length=20)
    message = models.TextField(_("message to the authority"), blank=True, max_length=1000)
    state = models.CharField(_("state"), max_length=10, choices=ClaimState, default=ClaimState.SUBMITTED)
    reason = models.TextField(_("reason"), blank=True)
    token = models.CharField(max_length=64, unique=True, editable=False)  # the claimant's own link to correct it
    decided_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    coordinator = models.ForeignKey(
        USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="school_claims"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at"]
        verbose_name, verbose_name_plural = _("school registration"), _("school registrations")
        constraints = [
            models.UniqueConstraint(
                fields=["school"], condition=Q(state__in=OPEN_CLAIMS), name="one_open_claim_per_school"
            )
        ]

    def __str__(self) -> str:
        return f"{self.school} · {self.full_name}"

    @property
    def phone_shown(self) -> str:
        return show_phone(self.phone)


class MembershipQuerySet(models.QuerySet):
    def current(self) -> MembershipQuerySet:
        return self.filter(ended_on__isnull=True)


class Membership(models.Model):
    """A person's part in a school. It ends, it is never deleted."""

    PII = {"user"}
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
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"


class Invitation(models.Model):
    """An invitation by e-mail to join a school's staff. Only the hash of its token is kept."""

    PII = {"email", "full_name"}
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


class ClassGroup(models.Model):
    """A class of one school year, such as 8A1."""

    NO_PII = True
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="classes")
    school_year = models.ForeignKey(SchoolYear, on_delete=models.PROTECT, related_name="classes")
    name = models.CharField(_("class"), max_length=20)
    grade = models.PositiveSmallIntegerField(_("grade"))
    homeroom_teacher = models.ForeignKey(
        USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="homeroom_classes"
    )

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

    PII = {"full_name", "given_name", "sort_key", "search_key", "birth_date", "gender", "external_id", "user"}
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
    left_on = models.DateField(_("left the school on"), null=True, blank=True)

    class Meta:
        ordering = ["sort_key"]
        verbose_name, verbose_name_plural = _("pupil"), _("pupils")
        constraints = [
            models.UniqueConstraint(fields=["school", "source", "external_id"], name="one_pupil_per_source_identifier")
        ]
        indexes = [models.Index(fields=["school", "sort_key"], name="pupil_school_order")]

    def __str__(self) -> str:
        return self.full_name

    def save(self, *args, **kwargs) -> None:
        self.full_name = clean_name(self.full_name)
        self.sort_key = name_sort_key(self.full_name, self.given_name)
        self.search_key = fold(self.full_name)[:200]
        super().save(*args, **kwargs)

    @property
    def public_name(self) -> str:
        """The most a public page may show of a pupil's name."""
        return self.given_name or self.full_name.split()[-1]


class Enrolment(models.Model):
    """A pupil in a class, with the history of moves."""

    PII = {"pupil"}
    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="enrolments")
    class_group = models.ForeignKey(ClassGroup, on_delete=models.CASCADE, related_name="enrolments")
    started_on = models.DateField(default=timezone.localdate)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pupil", "class_group"], condition=Q(ended_on__isnull=True), name="one_current_place_in_a_class"
            )
        ]

    def __str__(self) -> str:
        return f"{self.pupil} · {self.class_group}"


class Consent(models.Model):
    """One row per pupil, purpose, text version and giver (Law 91/2025/QH15, article 24)."""

    PII = {"pupil", "given_by_name", "relation", "evidence"}
    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=12, choices=ConsentPurpose)
    text_version = models.PositiveSmallIntegerField(default=1)
    giver = models.CharField(max_length=10, choices=ConsentGiver)
    state = models.CharField(max_length=10, choices=ConsentState, default=ConsentState.ASKED)
    given_by_name = models.CharField(max_length=150, blank=True)
    relation = models.CharField(max_length=60, blank=True)
    channel = models.CharField(max_length=20, blank=True)
    evidence = models.CharField(max_length=200, blank=True)
    recorded_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pupil", "purpose", "text_version", "giver"], name="one_consent_per_purpose_version_giver"
            )
        ]

    def __str__(self) -> str:
        return f"{self.pupil_id} · {self.purpose} · {self.state}"
