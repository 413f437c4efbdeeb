"""Photographs of a visit come in, and go."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from programs.accounts.models import User
from programs.core.audit import record
from programs.core.private_files import forget_file, keep_file
from programs.core.refusals import refuse_if
from programs.core.uploads import CleanFile, clean_image, clean_upload
from programs.schools.queries import standing_of
from programs.visits import rules
from programs.visits.actions import guard
from programs.visits.models import Booking, VisitPhotograph
from programs.visits.queries import centre_ids_of
from programs.visits.queries.photographs import faces_of
from programs.visits.rules.photographs import photograph_refusal

MOST_MEGABYTES = 12
FOLDER = "photographs"


def add_photograph(
    *, booking_id: int, upload: UploadedFile, pupil_ids: Collection[int], nobody: bool, by: User
) -> VisitPhotograph:
    """Keep a picture of the visit, drawn anew and without its place; the same picture once more is the same one.

    ``pupil_ids`` are those who can be recognised, all of the booking's list; ``nobody`` says that no pupil can.
    Raises ``Refused``: what ``photograph_refusal`` and ``clean_image`` say; PermissionDenied when ``by`` neither
    manages the booking nor serves at its centre.
    """
    shown = set(pupil_ids)
    with transaction.atomic():  # nothing is read or kept of a picture that may not come in
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
    if photograph.storage_key != keys[0]:  # the form came twice
        _forget(*keys)
    return photograph


def _judge(booking: Booking, *, shown: set[int], nobody: bool, by: User) -> None:
    _must_have_part(booking, by=by)
    refuse_if(
        photograph_refusal(
            state=booking.state,
            kept=booking.photographs.count(),
            shown=shown,
            agreed={pupil.pk for pupil in faces_of(booking).agreed},
            nobody=nobody,
        )
    )


def _must_have_part(booking: Booking, *, by: User) -> None:
    manages = rules.can_manage_booking(
        standing_of(by), user_id=by.pk, leader_id=booking.leader_id, school=booking.school
    )
    if not manages and booking.session.field_trip.centre_id not in centre_ids_of(by):
        raise PermissionDenied


def _keep(booking: Booking, *, clean: CleanFile, keys: list[str], shown: set[int], by: User) -> VisitPhotograph:
    digest = hashlib.sha256(clean.data).hexdigest()
    same = booking.photographs.filter(file_hash=digest).first()
    if same:
        return same
    storage_key, preview_key = keys
    photograph = VisitPhotograph.objects.create(
        booking=booking, storage_key=storage_key, preview_key=preview_key, file_hash=digest, added_by=by
    )
    photograph.pupils.set(shown)
    record(by=by, action="booking.photograph", obj=booking, after={"photograph": photograph.pk, "shown": len(shown)})
    return photograph


def remove_photograph(*, photograph_id: int, by: User) -> None:
    """Take a picture away with its file. Raises PermissionDenied as adding does; what is gone already is no error."""
    with transaction.atomic():
        photograph = VisitPhotograph.objects.filter(pk=photograph_id).first()
        if photograph is None:
            return
        booking = guard.lock_booking(booking_id=photograph.booking_id)
        _must_have_part(booking, by=by)
        keys = (photograph.storage_key, photograph.preview_key)
        photograph.delete()
        record(by=by, action="booking.photograph_removed", obj=booking, before={"photograph": photograph_id})
        transaction.on_commit(lambda: _forget(*keys))


def _forget(*keys: str) -> None:
    for key in keys:
        forget_file(key)
