"""Whether a file or a link may come into a document now, and what a document still lacks."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.competitions.choices import Need, SlotKind
from programs.competitions.models import Slot
from programs.core.refusals import Refusal
from programs.documents.models import ProjectDocument, ProjectFile
from programs.projects.choices import ProjectState
from programs.projects.models import Submission
from programs.projects.rules import Opened, breach, edit_refusal


def filling_refusal(document: ProjectDocument, doors: Opened, *, now: datetime) -> Refusal | None:
    """Whether the team may change this document now; ``doors`` is what of the project is open."""
    return edit_refusal(document.project, doors, now=now, part=document.slot.code)


def arrival_refusal(document: ProjectDocument, doors: Opened, *, now: datetime) -> Refusal | None:
    """Whether a file that was begun in time may still come in: also after closing, when the project is submitted."""
    if document.project.state == ProjectState.ARRIVING:
        return None
    return filling_refusal(document, doors, now=now)


def left_out_refusal(begun_at: datetime | None, last: Submission | None) -> Refusal | None:
    """Whether the file was still being sent or checked when the project went on without it in its ``last`` submission."""
    if begun_at is None or last is None or last.complete_at is None or begun_at > last.complete_at:
        return None
    return Refusal("left_out", _("The project went on without this file. If it is opened again, send the file anew."))


def full_refusal(slot: Slot, filled: int) -> Refusal | None:
    """One file is replaced by the next; where several are taken, one has to go first."""
    if slot.most_files == 1 or filled < slot.most_files:
        return None
    words = _("{count} files are here already, as many as are taken. Remove one, then send another.")
    return Refusal("full", words.format(count=filled), "upload")


def pages_refusal(slot: Slot, pages: int | None) -> Refusal | None:
    if not slot.most_pages or not pages or pages <= slot.most_pages:
        return None
    words = ngettext(
        "“{name}” may have {most} page; this file has {pages}.",
        "“{name}” may have up to {most} pages; this file has {pages}.",
        slot.most_pages,
    ).format(name=slot.local_name, most=slot.most_pages, pages=pages)
    return breach(slot.rule_set, "documents", "too_many_pages", words, "upload")


def link_refusal(link: str, hosts: Collection[str]) -> Refusal | None:
    """Only pages of known services: the portal never opens a link, so readers must be able to trust the host."""
    found = urlsplit(link)
    host = (found.hostname or "").removesuffix(".")
    known = any(host == each or host.endswith(f".{each}") for each in hosts)
    plain = found.scheme == "https" and found.port is None and found.username is None and found.password is None
    if plain and known:
        return None
    words = _("Only links that begin with https:// and lead to one of these are taken: {hosts}.")
    return Refusal("strange_link", words.format(hosts=", ".join(hosts)), "link")


def linking_refusal(slot: Slot) -> Refusal | None:
    if SlotKind.LINK in slot.kinds:
        return None
    return Refusal("no_link", _("A file is wanted here, not a link."), "link")


def answer_refusal(slot: Slot) -> Refusal | None:
    if slot.need == Need.CONDITION:
        return None
    return Refusal("no_question", _("Nothing is asked about this document."))


def removal_refusal(file: ProjectFile, doors: Opened, *, now: datetime) -> Refusal | None:
    if file.superseded_at:
        return Refusal("replaced", _("This file was replaced already. It is kept because it was submitted."))
    return filling_refusal(file.document, doors, now=now)


def is_sealed(file: ProjectFile, whole_at: datetime | None) -> bool:
    """Whether the file was part of the submission that was whole at this moment: then it stays when it is replaced."""
    return whole_at is not None and file.uploaded_at <= whole_at


def is_needed(slot: Slot, wanted: bool | None) -> bool:
    return slot.need == Need.ALWAYS or (slot.need == Need.CONDITION and bool(wanted))
