"""The photographs of visits in which a pupil can be recognised, and those that a person added."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from django.core.files.storage import storages
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from programs.core.personal import (
    Erasure,
    Fact,
    Section,
    StoredFile,
    Subject,
    delete_files,
    forgets,
    hands_over,
    rows_of,
    tells,
)
from programs.core.retention import kept_for
from programs.schools.personal.telling import stored_file
from programs.visits.models import VisitPhotograph


def _showing(subject: Subject) -> QuerySet[VisitPhotograph]:
    rows = VisitPhotograph.objects.filter(pupils__in=subject.pupil_ids).distinct()
    return rows.select_related("booking__session__field_trip")


def _added_by(subject: Subject) -> QuerySet[VisitPhotograph]:
    rows = VisitPhotograph.objects.select_related("booking__session__field_trip")
    return rows.filter(added_by=subject.user_id) if subject.user_id else rows.none()


@tells("programs.VisitPhotograph", "programs.VisitPhotograph_pupils")
def photographs(subject: Subject) -> Iterator[Section]:
    kept = kept_for("visits.photographs")
    yield Section(
        code="visit_photographs",
        label=_("Photographs of visits in which you can be recognised"),
        purpose=_("The report about the visit; only while everybody who must agrees."),
        source=_("The teacher who led the group, or the centre."),
        kept=kept,
        rows=rows_of(_showing(subject), _of_photograph),
    )
    yield Section(
        code="added_photographs",
        label=_("Photographs of visits that you added"),
        purpose=_("The report about the visit."),
        source=_("Yourself."),
        kept=kept,
        rows=rows_of(_added_by(subject), _of_photograph),
    )


def _of_photograph(row: VisitPhotograph) -> list[Fact]:
    return [
        Fact("booking", _("Booking"), row.booking.reference),
        Fact("field_trip", _("Field trip"), row.booking.session.field_trip.title),
        Fact("added", _("Added"), row.added_at),
    ]


@hands_over
def photograph_files(subject: Subject) -> Iterator[StoredFile]:
    """Only pictures that show nobody else: those of others are theirs too."""
    alone = VisitPhotograph.objects.alias(faces=Count("pupils")).filter(faces=1)
    for row in _showing(subject).filter(pk__in=alone):
        yield stored_file(f"visits/{row.booking.reference}", f"{row.pk}.jpg", row.storage_key)


@forgets("programs.VisitPhotograph", "programs.VisitPhotograph_pupils")
def forget_photographs(subject: Subject) -> Iterator[Erasure]:
    showing = list(_showing(subject).values_list("pk", flat=True))
    yield Erasure(
        label=_("Photographs of visits in which the person can be recognised"),
        count=len(showing),
        outcome=Erasure.REMOVED,
        why=_("A picture cannot be kept without the face in it."),
        carry_out=lambda: delete_photographs(VisitPhotograph.objects.filter(pk__in=showing)),
    )
    yield Erasure(
        label=_("Photographs of visits that the person added"),
        count=_added_by(subject).exclude(pk__in=showing).count(),
        outcome=Erasure.KEPT,
        why=_("They are the centre's and the school's records and point at an account without a name."),
    )


def delete_photographs(rows: QuerySet[VisitPhotograph]) -> None:
    """The rows with their files, the small ones too."""
    keys = list(chain.from_iterable(rows.values_list("storage_key", "preview_key")))
    delete_files(storages["private"], keys)
    rows.delete()
