"""What the department chooses when it brings in the official list."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.core.forms import CleanFormMixin
from programs.core.idempotency import IdempotentFormMixin
from programs.schools.reading import FIELD_NAMES
from programs.spreadsheets import Column
from programs.spreadsheets.forms import ENDINGS, column_letter


class ListUploadForm(CleanFormMixin, IdempotentFormMixin):
    upload = forms.FileField(
        label=_("File with the list of schools"),
        help_text=_("XLSX, XLS, ODS or CSV, up to 20 MB. Nothing changes until you have seen the preview."),
        widget=forms.ClearableFileInput(attrs={"accept": ENDINGS}),
    )


class ListMappingForm(forms.Form):
    """Which column feeds which field."""

    def __init__(self, *args, columns: list[Column], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.columns = columns
        choices = [("", _("Leave out")), *FIELD_NAMES.items()]
        for column in columns:
            self.fields[f"column_{column.index}"] = forms.ChoiceField(
                label=column.title or column_letter(column.index),
                choices=choices,
                required=False,
                initial=column.field or "",
            )

    @property
    def mapping(self) -> dict[str, str]:
        chosen = {column.index: self.cleaned_data.get(f"column_{column.index}") for column in self.columns}
        return {str(index): name for index, name in chosen.items() if name}

    def clean(self) -> dict:
        cleaned = super().clean()
        chosen = list(self.mapping.values())
        for name in sorted(set(chosen)):
            if chosen.count(name) > 1:
                message = _("Several columns are matched with “{field}”. Keep only one.")
                self.add_error(None, message.format(field=FIELD_NAMES[name]))
        if "code" not in chosen:
            self.add_error(None, _("Say which column contains the code: the portal recognises schools by it."))
        return cleaned
