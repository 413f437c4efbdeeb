"""The pupils' register: told, erased, purged."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.core.audit import reasons_of
from programs.core.personal import Erasure, Fact, Section, Subject, forgets, rows_of, tells
from programs.core.phones import show_phone
from programs.core.retention import kept_for
from programs.pupils.models import Enrolment, Pupil
from programs.pupils.rules import erased_identifier


@tells("pupils.Pupil")
def pupil_record(subject: Subject) -> Iterator[Section]:
    yield Section(
        code="pupil",
        label=_("The pupil's record"),
        purpose=_("Knowing who takes part in visits and competitions, and whose name stands on a certificate."),
        source=_("The school's own register; the portal is never the origin."),
        kept=kept_for("schools.pupils"),
        rows=rows_of(Pupil.objects.filter(pk__in=subject.pupil_ids).select_related("school"), _of_pupil),
    )


def _of_pupil(pupil: Pupil) -> list[Fact]:
    return [
        Fact("full_name", _("Full name"), pupil.full_name),
        Fact("given_name", _("Given name"), pupil.given_name),
        Fact("birth_date", _("Date of birth"), pupil.birth_date),
        Fact("gender", _("Gender"), pupil.get_gender_display() if pupil.gender else None),
        Fact("school", _("School"), pupil.school.name),
        Fact("external_id", _("Identifier in the source"), pupil.external_id),
        Fact("source", _("Source"), pupil.source),
        Fact("imported", _("Taken over"), pupil.imported_at),
        Fact("guardian_name", _("Guardian"), pupil.guardian_name),
        Fact("guardian_phone", _("Guardian's telephone"), show_phone(pupil.guardian_phone)),
        Fact("left_on", _("Left the school on"), pupil.left_on),
    ]


@tells("pupils.Enrolment")
def classes(subject: Subject) -> Iterator[Section]:
    rows = Enrolment.objects.filter(pupil__in=subject.pupil_ids).select_related("class_group__school_year")
    yield Section(
        code="classes",
        label=_("Classes"),
        purpose=_("So that a class can be booked, and its certificates carry the class."),
        source=_("The school's own register."),
        kept=kept_for("schools.pupils"),
        rows=rows_of(rows.order_by("started_on"), _of_enrolment),
    )


def _of_enrolment(row: Enrolment) -> list[Fact]:
    return [
        Fact("class", _("Class"), row.class_group.name),
        Fact("school_year", _("School year"), row.class_group.school_year.name),
        Fact("from", _("From"), row.started_on),
        Fact("until", _("Until"), row.ended_on),
    ]


FORMER_PUPIL = "Học sinh đã xóa dữ liệu"


@forgets("pupils.Pupil", "pupils.Enrolment")
def forget_pupil(subject: Subject) -> Iterator[Erasure]:
    pupils = Pupil.objects.filter(pk__in=subject.pupil_ids, erased_at__isnull=True)
    yield Erasure(
        label=_("Pupil's record"),
        count=pupils.count(),
        outcome=Erasure.PSEUDONYMISED,
        why=_("Name, date of birth, identifier and guardian go. The row and the gender stay, so that totals stay."),
        carry_out=lambda: _empty_pupils(pupils),
    )
    yield Erasure(
        label=_("Places in classes"),
        count=Enrolment.objects.filter(pupil__in=subject.pupil_ids).count(),
        outcome=Erasure.KEPT,
        why=_("They count a pupil without a name."),
    )


def _empty_pupils(pupils: QuerySet[Pupil]) -> None:
    reasons_of(pupils).delete()
    for pupil in pupils.select_for_update():
        pupil.external_id = erased_identifier(
            school_id=pupil.school_id, source=pupil.source, external_id=pupil.external_id
        )
        pupil.full_name, pupil.given_name = FORMER_PUPIL, ""
        pupil.birth_date = pupil.user = None
        pupil.guardian_name = pupil.guardian_phone = ""
        pupil.erased_at = timezone.now()
        pupil.save()
