"""Why a file cannot be read, in the reader's language, each with what to do next."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from programs.core.refusals import Refused
from programs.spreadsheets import limits

MESSAGES = {
    "empty_file": _("This file is empty. Save the list again and choose the new file."),
    "too_large_file": _("This file is larger than 20 MB. Keep only the sheet with the list, without pictures."),
    "unknown_file": _(
        "This is not a spreadsheet, whatever its name says. Open the list in Excel or LibreOffice and save it as .xlsx."
    ),
    "web_page_file": _(
        "This is a web page with a spreadsheet's file name. Open it in Excel, choose Save As and save it as .xlsx."
    ),
    "lost_letters": _(
        "This file has lost its Vietnamese letters: it says “{value}”. They cannot be brought back. Open the original "
        "list and save it as .xlsx, or as “CSV UTF-8”, and choose that file."
    ),
    "old_xml_file": _("This is an old XML spreadsheet (2003). Open it in Excel, choose Save As and save it as .xlsx."),
    "encrypted_file": _(
        "This file is protected by a password. Open it, remove the password, save it and choose it again."
    ),
    "unsafe_file": _(
        "This file contains instructions that a list does not need, so it was not opened. Copy the list into a "
        "new workbook."
    ),
    "open_quote": _(
        "A quotation mark in this file is never closed, so its rows run together. Save the list as .xlsx and "
        "choose that file."
    ),
    "damaged_file": _(
        "This file is damaged. Open it in Excel or LibreOffice, save it as a new .xlsx and choose that file."
    ),
    "bomb_file": _(
        "This file unpacks to far more data than a list needs, so it was not opened. Copy the list into a new workbook."
    ),
    "too_many_rows": _("This sheet has more than {rows} rows. Split the list, for example by grade."),
    "too_heavy_file": _(
        "This file took too long to read. Copy the list into a new workbook without formulas, pictures or formatting."
    ),
    "no_such_sheet": _("The file has no sheet with this name. Choose one of its sheets."),
    "no_sheet": _("This workbook has no sheet with any rows. Choose another file."),
}


def refused(code: str, *, value: str = "") -> Refused:
    message: str | Promise = MESSAGES[code]
    if value:
        message = str(message).format(value=value)
    if code == "too_many_rows":
        message = str(message).format(rows=number_format(limits.ROWS, use_l10n=True, force_grouping=True))
    return Refused.because(code, message, "file")
