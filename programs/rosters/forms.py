"""The shape of what people choose on the way of a list of pupils into the portal."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.core.forms import CleanCharField, CleanFormMixin
from programs.core.idempotency import IdempotentFormMixin
from programs.pupils.choices import REGISTERS
from programs.pupils.models import ClassGroup
from programs.rosters.words import FIELD_NAMES
from programs.schools.models import School
from programs.spreadsheets import Column
from programs.spreadsheets.forms import ENDINGS, column_letter

FIELDS = [
    "external_id", "full_name", "last_middle_name", "given_name", "birth_date", "gender", "class_name",
    "guardian_name", "guardian_phone", "school", "status",
]  # fmt: skip
# Into how many columns a field may be split: joined, or the first that is filled; day, month and year.
COLUMNS = {"full_name": {1, 2}, "guardian_name": {1, 2}, "guardian_phone": {1, 2}, "birth_date": {1, 3}}


class RosterUploadForm(CleanFormMixin, IdempotentFormMixin):
    upload = forms.FileField(
        label=_("File with the pupils"),
        help_text=_("XLSX, XLS, ODS or CSV, up to 20 MB, exactly as your software saves it."),
        widget=forms.ClearableFileInput(attrs={"accept": ENDINGS}),
    )
    source = forms.ChoiceField(
        label=_("Where the list comes from"),
        help_text=_(
            "Choose the same as last time: an identifier only means something together with the register it comes from."
        ),
        choices=[("", "---------"), *((register.name, register.name) for register in REGISTERS)],
    )
    school_year = forms.ModelChoiceField(label=_("School year"), queryset=None, empty_label=None, to_field_name="name")
    class_group = forms.ModelChoiceField(
        label=_("The pupils are"), queryset=None, required=False, empty_label=_("From the whole school")
    )
    once_more = forms.BooleanField(label=_("Continue with this file anyway"), required=False, widget=forms.HiddenInput)

    def __init__(self, *args, school: School, years: list, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["school_year"].queryset = type(years[0]).objects.filter(pk__in=[year.pk for year in years])
        self.fields["school_year"].initial = years[0].name
        self.fields["class_group"].queryset = ClassGroup.objects.filter(
            school=school, school_year__in=years
        ).select_related("school_year")

    def offer_once_more(self) -> None:
        """The file was sent before: a person may say that they mean it."""
        self.fields["once_more"].widget = forms.CheckboxInput()


class MappingForm(IdempotentFormMixin):
    """Which column feeds which field. The sensitive ones have no field here, so they cannot be chosen."""

    title_case = forms.BooleanField(
        label=_("Rewrite names in all capitals as Nguyễn Văn An"), required=False, initial=False
    )
    mode = forms.ChoiceField(
        label=_("If some rows cannot be used"),
        choices=[
            ("rest", _("Leave them out, import the others, and give me a list of the rows left out")),
            ("all", _("Import all rows or none")),
        ],
        initial="rest",
        widget=forms.RadioSelect,
    )

    more_sheets = forms.MultipleChoiceField(
        label=_("Also read these sheets"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, columns: list[Column], others: list[tuple[str, str]], **kwargs) -> None:
        """``others``: the further sheets in which the columns are found again."""
        super().__init__(*args, **kwargs)
        self.fields["more_sheets"].choices = others
        if not others:
            del self.fields["more_sheets"]
        self.columns = [column for column in columns if not column.sensitive]
        choices = [("", _("Leave out")), *((name, FIELD_NAMES[name]) for name in FIELDS)]
        for column in self.columns:
            self.fields[f"column_{column.index}"] = forms.ChoiceField(
                label=column.title or column_letter(column.index),
                choices=choices,
                required=False,
                initial=column.field or "",
            )

    @property
    def mapping(self) -> dict[str, str]:
        return {
            str(column.index): self.cleaned_data[f"column_{column.index}"]
            for column in self.columns
            if self.cleaned_data.get(f"column_{column.index}")
        }

    def clean(self) -> dict:
        cleaned = super().clean()
        chosen = list(self.mapping.values())
        for name in sorted(set(chosen)):
            if chosen.count(name) not in COLUMNS.get(name, {1}):
                self.add_error(None, _("Several columns are matched with “{field}”. Keep only one.").format(
                    field=FIELD_NAMES[name]
                ))  # fmt: skip
        has_halves = {"last_middle_name", "given_name"} <= set(chosen)
        if "full_name" not in chosen and not has_halves:
            self.add_error(
                None, _("Say which column contains the names, or which two columns contain the parts of the name.")
            )
        if "external_id" not in chosen:
            self.add_error(
                None,
                _(
                    "Say which column contains the identifier. The portal never invents pupils: it recognises "
                    "each one by the identifier in your register. If the file has no such column, export the "
                    "list again with it (CSDL ngành, vnEdu and SMAS can do this), or add the column by hand."
                ),
            )
        return cleaned


class RowsForm(CleanFormMixin, forms.Form):
    """Which rows of the preview are shown; what is looked for is kept in the session (``core.finding``)."""

    q = CleanCharField(label=_("Name, identifier or class"), required=False, max_length=100)
    remarks = forms.BooleanField(label=_("Only rows with remarks"), required=False)
