"""The pupils' register: told, erased, purged."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programs.core.locking import all_locked
from programs.core.personal import Subject
from programs.core.personal_tables import Kind, erased, told
from programs.core.retention import retention_rule
from programs.pupils.models import Enrolment, Joining, Pupil
from programs.pupils.rules import erased_identifier


def pupils_of(subject: Subject):
    return Pupil.objects.filter(pk__in=subject.pupil_ids)


told(
    Pupil,
    Kind(
        code="pupil",
        label=_("The pupil's record"),
        purpose=_("Knowing who takes part in visits and competitions, and whose name is on a certificate."),
        source=_("The school's own register; data never originates on the portal."),
        kept="schools.pupils",
    ),
    "full_name",
    ("given_name", _("Given name"), "given_name"),
    "birth_date",
    "gender",
    "school",
    ("external_id", _("Identifier in the source"), "external_id"),
    "source",
    ("imported", _("Imported on"), "imported_at"),
    ("guardian_name", _("Guardian"), "guardian_name"),
    ("guardian_phone", _("Guardian's phone number"), "guardian_phone"),
    "left_on",
    of=pupils_of,
)


told(
    Enrolment,
    Kind(
        code="classes",
        label=_("Classes"),
        purpose=_("So that a class can be booked, and its certificates show the class."),
        source=_("The school's own register."),
        kept="schools.pupils",
    ),
    "class=class_group",
    "school_year=class_group.school_year",
    ("from", _("From"), "started_on"),
    ("until", _("Until"), "ended_on"),
    order="started_on",
)


FORMER_PUPIL = "Học sinh đã xóa dữ liệu"


def named_pupils_of(subject: Subject) -> QuerySet[Pupil]:
    return Pupil.objects.filter(pk__in=subject.pupil_ids, erased_at__isnull=True)


def close_records(pupils: QuerySet[Pupil]) -> None:
    for pupil in all_locked(pupils):
        mark = erased_identifier(school_id=pupil.school_id, source=pupil.source, external_id=pupil.external_id)
        _give_way(pupil, mark)
        pupil.external_id = mark
        pupil.full_name, pupil.given_name = FORMER_PUPIL, ""
        pupil.erased_at = timezone.now()
        pupil.save()


def _give_way(pupil: Pupil, mark: str) -> None:
    """Who came back after an erasure may be erased again: the youngest record has the mark that lists are held to."""
    for earlier in Pupil.objects.filter(school=pupil.school_id, source=pupil.source, external_id=mark):
        other = erased_identifier(school_id=pupil.school_id, source=pupil.source, external_id=f"#{earlier.pk}")
        Pupil.objects.filter(pk=earlier.pk).exclude(pk=pupil.pk).update(external_id=other)


erased(
    Pupil,
    of=named_pupils_of,
    before=close_records,
    loses=(
        _("Pupil's record"),
        _(
            "The name, date of birth, identifier and guardian are deleted. The row and the gender are kept, so that "
            "totals stay the same."
        ),
    ),
)


erased(Enrolment, kept=_("Places in classes"))


# --- Two records that were joined ----------------------------------------------------------------
@retention_rule(
    "pupils.joinings",
    label=_("What it takes to separate two records of one pupil that were merged"),
    days=30,
    basis=_("They can be separated for two weeks; then the audit log is enough."),
)
def old_joinings(limit: datetime) -> QuerySet[Joining]:
    return Joining.objects.filter(joined_at__lt=limit)


told(
    Joining,
    Kind(
        code="joinings",
        label=_("Records that were merged"),
        purpose=_("So that two records can be separated again if they belong to two children."),
        source=_("The school that decided."),
        kept="pupils.joinings",
    ),
    ("merged", _("Merged on"), "joined_at"),
    ("separated", _("Separated on"), "parted_at"),
    order="joined_at",
)


erased(Joining, removed=(_("Records that were merged"), _("They were only needed to separate two records again.")))
