"""Why a file is not taken, as codes of the checking process and in words for its sender."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Unfit(Exception):
    """The file is not taken; the argument is a code of ``REASONS``."""


REASONS: dict[str, str | Promise] = {
    "unknown_kind": _("This kind of file is not taken. What it holds counts, not its name."),
    "other_kind": _("A file of this kind is not asked for here. Send one of these: {kinds}."),
    "too_big_for_kind": _("A file of this kind may not be so large. Make it smaller and send it again."),
    "two_files_in_one": _("The file is two files in one. Save it again with the program that it comes from."),
    "too_heavy": _("The file takes too long or too much memory to check. Save it in a simpler form and send it again."),
    "damaged": _("The file is damaged and cannot be opened. Save it again and send that file."),
    "changed": _("The file has changed while it was being sent. Choose it again and begin anew."),
    "lost": _("Part of the file was lost on our side. We are sorry; please send it again."),
    "packed_too_tightly": _("The slides unpack to far more than slides need. Save them again and send that file."),
    "unsafe_entries": _("The file holds names or links that lead out of it. Save the slides again and send that file."),
    "macros": _("The slides hold a program (macros or embedded objects). Save them without it and send that file."),
    "encrypted": _("The file is protected by a password. Save it without one so that it can be read."),
    "not_slides": _("This is a packed file, but no slides. Send a PPTX or ODP file."),
    "no_picture_track": _("There is no video in this file. Choose the video itself."),
    "unusual_video": _("The video is in a form that few devices play. Save it as MP4 with H.264 and send that file."),
    "virus": _("The virus scanner found something in this file. Check your device, then send a clean file."),
}
