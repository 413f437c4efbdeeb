"""Adding and removing photographs of a visit."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from programs.accounts.models import User
from programs.bookings.actions import guard
from programs.bookings.models import Booking
from programs.core.audit import record
from programs.core.policy import must
from programs.core.private_files import forget_file, keep_file
from programs.core.refusals import refuse_if
from programs.uploads.reading.cleaning import CleanFile, clean_image, clean_upload
from programs.visit_days.models import VisitPhotograph
from programs.visit_days.policy import may_keep_photographs
from programs.visit_days.queries.photographs import faces_of
from programs.visit_days.rules import photograph_refusal

MOST_MEGABYTES = 12
FOLDER = "photographs"


def add_photograph(
    *, booking_id: int, upload: UploadedFile, pupil_ids: Collection[int], nobody: bool, by: User
) -> VisitPhotograph:
    """Add a picture of the visit, re-encoded and without its location.

    Adding the same picture again updates who is named in it.

    ``pupil_ids`` are those who can be recognised, all of the booking's list; ``nobody`` says that no pupil can.
    Raises ``Refused``: what ``photograph_refusal`` and ``clean_image`` say; PermissionDenied when ``by`` neither
    manages the booking nor serves at its centre.
    """
    shown = set(pupil_ids)
    with transaction.atomic():  # a picture that is not accepted is neither read nor stored
        _judge(guard.lock_booking(booking_id=booking_id), shown=shown, nobody=nobody, by=by)
    clean = clean_upload(upload, clean=clean_image, most_megabytes=MOST_MEGABYTES)
    keys = [keep_file(ContentFile(data), folder=FOLDER) for data in (clean.data, clean.preview)]
    try:
        with transaction.atomic():
            booking = guard.lock_booking(booking_id=booking_id)
            _judge(booking, shown=shown, nobody=nobody, by=by)
            photograph = _keep(booking, clean=clean, keys=keys, shown=shown, by=by)
    except BaseException:
        _forget(*keys)
        raise
    if photograph.storage_key != keys[0]:  # the form was sent twice
        _forget(*keys)
    return photograph


def _judge(booking: Booking, *, shown: set[int], nobody: bool, by: User) -> None:
    must(may_keep_photographs(by, booking))
    refuse_if(
        photograph_refusal(
            booking,
            kept=booking.photographs.count(),
            shown=shown,
            agreed={pupil.pk for pupil in faces_of(booking).agreed},
            nobody=nobody,
        )
    )


def _keep(booking: Booking, *, clean: CleanFile, keys: list[str], shown: set[int], by: User) -> VisitPhotograph:
    digest = hashlib.sha256(clean.data).hexdigest()
    storage_key, preview_key = keys
    photograph, is_new = booking.photographs.get_or_create(
        file_hash=digest, defaults={"storage_key": storage_key, "preview_key": preview_key, "added_by": by}
    )
    if is_new or {pupil.pk for pupil in photograph.pupils.all()} != shown:
        photograph.pupils.set(shown)
        after = {"photograph": photograph.pk, "shown": len(shown)}
        record(by=by, action="booking.photograph", obj=booking, after=after)
    return photograph


@transaction.atomic
def remove_photograph(*, photograph_id: int, by: User) -> None:
    """Delete a picture with its file. Raises PermissionDenied as adding does; one already gone is no error."""
    photograph = VisitPhotograph.objects.filter(pk=photograph_id).first()
    if photograph is None:
        return
    booking = guard.lock_booking(booking_id=photograph.booking_id)
    must(may_keep_photographs(by, booking))
    keys = (photograph.storage_key, photograph.preview_key)
    photograph.delete()
    record(by=by, action="booking.photograph_removed", obj=booking, before={"photograph": photograph_id})
    transaction.on_commit(lambda: _forget(*keys))


def _forget(*keys: str) -> None:
    for key in keys:
        forget_file(key)
