"""Choosing a sheet and its header."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.core.forms import CleanFormMixin, WholeNumberField

ENDINGS = ".xlsx,.xls,.xlsb,.ods,.csv,.tsv,.txt"


class SheetForm(CleanFormMixin, forms.Form):
    """A GET form: which sheet, and in which row the columns are named."""

    sheet = forms.ChoiceField(label=_("Sheet"), required=False)
    header = WholeNumberField(label=_("Column names are in row"), required=False, min_value=1, max_value=100_000)

    def __init__(self, *args, sheets: list[tuple[str, str]], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sheet"].choices = sheets
        if len(sheets) == 1:
            self.fields["sheet"].widget = forms.HiddenInput()


def column_letter(index: int) -> str:
    """0 is A, 26 is AA, as the spreadsheet program names its columns."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
