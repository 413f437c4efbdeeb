"""The papers of a visit: written on the page, or a file in private storage."""

from __future__ import annotations

import hashlib
import secrets

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from programs.accounts.models import User
from programs.approvals import policy
from programs.approvals.actions.approvals import ask_again, ask_approvals
from programs.approvals.models import BookingPaper
from programs.approvals.queries import checklist_of
from programs.approvals.rules.papers import paper_refusal, taking_refusal
from programs.authorities.choices import AskedAgain
from programs.bookings.actions import guard
from programs.bookings.models import Booking
from programs.bookings.policy import may_manage
from programs.bookings.queries import BOOKING_PARTS
from programs.core.audit import Code, record
from programs.core.policy import must
from programs.core.private_files import copy_file, forget_file, keep_file
from programs.core.refusals import refuse_if
from programs.core.versions import refuse_if_stale, version_of
from programs.uploads.reading.cleaning import CleanFile, clean_scan, clean_upload, display_name

MOST_MEGABYTES = 10
FOLDER = "visits"


def hand_in_paper(
    *, booking_id: int, kind: str, text: str = "", upload: UploadedFile | None = None, version: str, by: User
) -> BookingPaper:
    """Submit or replace a paper; the last one requests the approvals, a changed one requests them again.

    The same again changes nothing. Raises PermissionDenied, and ``Refused``: ``papers_fixed``, ``paper_empty``,
    ``changed_meanwhile``, or what is wrong with the file.
    """
    with transaction.atomic():  # a file that is not accepted is neither read nor stored
        _judge(guard.lock_booking(booking_id=booking_id), text=text, has_file=upload is not None, by=by)
    clean = clean_upload(upload, clean=clean_scan, most_megabytes=MOST_MEGABYTES) if upload else None
    key = keep_file(ContentFile(clean.data, name=secrets.token_hex(4)), folder=FOLDER) if clean else ""
    try:
        with transaction.atomic():
            booking = guard.lock_booking(booking_id=booking_id)
            _judge(booking, text=text, has_file=bool(key), by=by)
            file = _file_fields(upload, clean, key)
            return _keep(booking, kind=kind, text=text, file=file, version=version, by=by)
    except BaseException:
        forget_file(key)
        raise


def take_papers(*, booking_id: int, source_id: int, by: User) -> list[BookingPaper]:
    """Hand in what a booking lacks as another one of its school and trip has it: texts, and copies of the files.

    Raises PermissionDenied, and ``Refused``: ``papers_fixed``, ``nothing_to_take``, ``changed_meanwhile``.
    """
    with transaction.atomic():  # nothing is copied in vain, and not under the lock
        found = _to_take(guard.lock_booking(booking_id=booking_id), source_id, by=by)
    keys: list[str] = []
    try:
        for paper in found:
            keys.append(copy_file(paper.storage_key, folder=FOLDER))
        with transaction.atomic():
            booking = guard.lock_booking(booking_id=booking_id)
            _to_take(booking, source_id, copied=found, by=by)
            return [_take(booking, paper, key, by=by) for paper, key in zip(found, keys, strict=True)]
    except BaseException:
        for key in keys:
            forget_file(key)
        raise


def _to_take(
    booking: Booking, source_id: int, *, copied: list[BookingPaper] | None = None, by: User
) -> list[BookingPaper]:
    source = Booking.objects.select_related(*BOOKING_PARTS).get(pk=source_id)
    must(policy.may_take_papers(by, booking, source))
    checklist = checklist_of(booking)
    papers = list(source.papers.filter(kind__in=checklist.kinds_missing).order_by("pk"))
    refuse_if(taking_refusal(checklist, papers, copied=copied))
    return papers


def _take(booking: Booking, paper: BookingPaper, key: str, *, by: User) -> BookingPaper:
    file = {"storage_key": key, "file_name": paper.file_name, "file_hash": paper.file_hash}
    nothing_yet = version_of(BookingPaper().contents)
    return _keep(booking, kind=paper.kind, text=paper.text, file=file, version=nothing_yet, by=by)


def _judge(booking: Booking, *, text: str, has_file: bool, by: User) -> None:
    must(may_manage(by, booking))
    refuse_if(paper_refusal(checklist_of(booking), text=text, has_file=has_file))


def _file_fields(upload: UploadedFile | None, clean: CleanFile | None, key: str) -> dict[str, str]:
    if upload is None or clean is None:
        return {"storage_key": "", "file_name": "", "file_hash": ""}
    return {
        "storage_key": key,
        "file_name": display_name(upload.name or "", extension=clean.extension),
        "file_hash": hashlib.sha256(clean.data).hexdigest(),
    }


def _keep(booking: Booking, *, kind: str, text: str, file: dict[str, str], version: str, by: User) -> BookingPaper:
    old = booking.papers.filter(kind=kind).first()
    if old and old.contents == {"text": text, "file": file["file_hash"]}:  # the form was sent twice
        forget_file(file["storage_key"])
        return old
    refuse_if_stale(version, (old or BookingPaper()).contents)
    values = {"text": text, "handed_in_by": by, "handed_in_at": timezone.now(), **file}
    paper, _created = BookingPaper.objects.update_or_create(booking=booking, kind=kind, defaults=values)
    before = {"sha256": Code(old.file_hash)} if old else {}
    after = {"paper": kind, "sha256": Code(paper.file_hash)}
    record(by=by, action="booking.paper", obj=booking, before=before, after=after)
    if old:
        transaction.on_commit(lambda: forget_file(old.storage_key))
    ask_again(booking=booking, because=AskedAgain.PAPER, by=by)  # of those who have answered
    ask_approvals(booking=booking)
    return paper
