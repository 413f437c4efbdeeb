"""The shape of what the department types: rules, their parts, and competitions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from programs.centres.forms import MomentField
from programs.competitions.choices import (
    AfterClosing,
    CompetitionState,
    Need,
    ProjectKind,
    Publication,
    RoundKind,
    SlotKind,
)
from programs.competitions.models import Competition, ProjectField, Round, RuleSet
from programs.competitions.queries import rule_sets_to_use
from programs.competitions.rules import PARTS
from programs.core.choices import Grade, Level
from programs.core.forms import CleanCharField, DateField, ReadField, WholeNumberField
from programs.core.idempotency import IdempotentFormMixin
from programs.core.models import SchoolYear
from programs.core.versions import VersionedFormMixin

NO_LIMIT = _("Leave empty if there is no limit.")
CODE = _("Small letters without accents, digits and hyphens.")


def _choice(label, choices, **options) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, choices=choices, widget=forms.CheckboxSelectMultiple, **options)


def _lines(label, **options) -> CleanCharField:
    return CleanCharField(label=label, required=False, widget=forms.Textarea(attrs={"rows": 4}), **options)


class CodesField(ReadField):
    """Codes with a comma in between."""

    def read(self, text: str) -> list[str]:
        return [code.strip() for code in text.split(",") if code.strip()]

    def prepare_value(self, value: object) -> object:
        return ", ".join(value) if isinstance(value, list) else value


class CodeTextField(forms.SlugField):
    def __init__(self, **options) -> None:
        super().__init__(label=_("Code"), max_length=40, help_text=CODE, **options)


# --- The rules ----------------------------------------------------------------------------------
class RuleSetForm(VersionedFormMixin):
    """What a draft says apart from its documents, rounds and criteria."""

    name = CleanCharField(label=pgettext_lazy("of a thing", "Name"), max_length=200)
    name_en = CleanCharField(label=_("Name in English"), max_length=200, required=False)
    school_year = forms.ModelChoiceField(
        label=_("Valid from school year"), queryset=SchoolYear.objects.all(), required=False
    )
    source = CleanCharField(
        label=_("Legal source"),
        max_length=200,
        required=False,
        help_text=_("Such as Thông tư 06/2024/TT-BGDĐT. Every refusal names it."),
    )
    pupils = forms.BooleanField(label=_("Pupils enter"), required=False)
    students = forms.BooleanField(label=_("University students enter"), required=False)
    grade_from = forms.TypedChoiceField(label=_("From grade"), choices=Grade, coerce=int)
    grade_to = forms.TypedChoiceField(label=_("To grade"), choices=Grade, coerce=int)
    levels = _choice(_("Levels"), Level, required=False, help_text=_("Tick none to allow all of them."))
    team_min = WholeNumberField(label=_("Fewest members of a team"), min_value=1, max_value=20)
    team_max = WholeNumberField(label=_("Most members of a team"), min_value=1, max_value=20)
    same_school = forms.BooleanField(label=_("All members are of one school"), required=False)
    months_most = WholeNumberField(
        label=_("Most months of work"), min_value=1, max_value=60, required=False, help_text=NO_LIMIT
    )
    starts_years_before = WholeNumberField(
        label=_("Work begins no earlier than January, how many years before the opening"),
        min_value=0,
        max_value=10,
        required=False,
        help_text=_("0 is the year of the opening, 1 the year before. Leave empty if there is no limit."),
    )
    ends_days_before = WholeNumberField(
        label=_("Work ends how many days before the opening"),
        min_value=0,
        max_value=365,
        required=False,
        help_text=NO_LIMIT,
    )
    fields_of_work = forms.ModelMultipleChoiceField(
        label=_("Fields"),
        queryset=ProjectField.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick none if projects have no field."),
    )
    per_school = WholeNumberField(
        label=_("Projects per school"), min_value=1, max_value=500, required=False, help_text=NO_LIMIT
    )
    per_mentor = WholeNumberField(
        label=_("Projects per mentor in a school year"),
        min_value=1,
        max_value=50,
        required=False,
        help_text=NO_LIMIT,
    )
    grace_minutes = WholeNumberField(
        label=_("Minutes in which files may still arrive after the deadline"), min_value=0, max_value=1440
    )
    endorse_days = WholeNumberField(label=_("Working days to endorse after the deadline"), min_value=1, max_value=60)
    open_after_close = _choice(_("What a project that is returned after the deadline may mend"), (), required=False)
    publication = forms.ChoiceField(label=_("Projects that are named in the results"), choices=Publication)

    def __init__(self, *args, rule_set: RuleSet, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        slots = [(slot.code, slot.local_name) for slot in rule_set.slots.all()]
        self.fields["open_after_close"].choices = [*AfterClosing.choices, *slots]
        self.fields["fields_of_work"].initial = self.initial.get("fields")
        for part, label in PARTS.items():
            self.fields[f"article_{part}"] = CleanCharField(
                label=_("Article of the source about: {part}").format(part=label),
                max_length=120,
                required=False,
                initial=rule_set.articles.get(part, ""),
            )

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        for low, high, words in (
            ("team_min", "team_max", _("This must not be less than the fewest members.")),
            ("grade_from", "grade_to", _("This must not be below the first grade.")),
        ):
            if low in typed and high in typed and typed[high] < typed[low]:
                self.add_error(high, words)
        return typed

    @property
    def values(self) -> dict[str, Any]:
        """For ``change_draft``."""
        typed = self.cleaned_data
        articles = {part: typed[f"article_{part}"] for part in PARTS if typed[f"article_{part}"]}
        facts = {name: typed[name] for name in RuleSet.FILLED_IN if name != "articles"} | {"articles": articles}
        return {"facts": facts, "fields": list(typed["fields_of_work"]), "version": typed["version"]}


class SlotFields(forms.Form):
    code = CodeTextField()
    name = CleanCharField(label=pgettext_lazy("of a thing", "Name"), max_length=200)
    name_en = CleanCharField(label=_("Name in English"), max_length=200, required=False)
    hint = CleanCharField(label=_("What is wanted"), max_length=300, required=False)
    hint_en = CleanCharField(label=_("What is wanted, in English"), max_length=300, required=False)
    kinds = _choice(_("Kind of file"), SlotKind)
    most_files = WholeNumberField(label=_("Most files"), min_value=1, max_value=20, initial=1)
    most_mb = WholeNumberField(label=_("Most megabytes"), min_value=1, max_value=2000, initial=20)
    most_pages = WholeNumberField(
        label=_("Most pages"), min_value=1, max_value=1000, required=False, help_text=NO_LIMIT
    )
    need = forms.ChoiceField(label=_("Who hands it in"), choices=Need, initial=Need.ALWAYS)
    question = CleanCharField(
        label=_("Question to the team"),
        max_length=300,
        required=False,
        help_text=_("A question that is answered with yes or no; the document is wanted after a yes."),
    )
    question_en = CleanCharField(label=_("Question in English"), max_length=300, required=False)
    asks_safety = forms.BooleanField(
        label=_("Read by the safety committee"),
        required=False,
        help_text=_("Whoever hands this in is also approved by a member of the organiser's safety committee."),
    )
    is_form = forms.BooleanField(
        label=_("A printed form"),
        required=False,
        help_text=_("Everybody fills in the same sheet, so its text is not compared with that of other projects."),
    )
    position = WholeNumberField(label=_("Place in the list"), min_value=0, max_value=500, initial=0)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("need") == Need.CONDITION and not typed.get("question"):
            self.add_error("question", _("Write the question that decides it."))
        return typed


class RoundFields(forms.Form):
    number = WholeNumberField(label=_("Number"), min_value=1, max_value=20)
    name = CleanCharField(label=pgettext_lazy("of a thing", "Name"), max_length=200)
    name_en = CleanCharField(label=_("Name in English"), max_length=200, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=RoundKind)
    about = CleanCharField(label=_("How it runs"), max_length=500, required=False)
    about_en = CleanCharField(label=_("How it runs, in English"), max_length=500, required=False)
    blind = forms.BooleanField(label=_("Judges see neither names nor schools"), required=False)
    calibration = WholeNumberField(
        label=_("Projects that every judge scores first"), min_value=0, max_value=20, initial=0
    )
    sheets_wanted = WholeNumberField(label=_("Score sheets wanted for a project"), min_value=1, max_value=50, initial=5)
    sheets_min = WholeNumberField(label=_("Score sheets needed for a rank"), min_value=1, max_value=50, initial=3)
    tie_order = CodesField(
        label=_("Criteria that decide a tie"),
        max_length=200,
        required=False,
        help_text=_("Their codes, first to last, with a comma in between."),
    )

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("sheets_min", 0) > typed.get("sheets_wanted", 50):
            self.add_error("sheets_min", _("This must not be more than the sheets wanted."))
        return typed


class CriterionFields(forms.Form):
    round = forms.ModelChoiceField(label=_("Round"), queryset=Round.objects.none())
    kind = forms.ChoiceField(label=_("Kind of project"), choices=ProjectKind)
    code = CodeTextField()
    name = CleanCharField(label=pgettext_lazy("of a thing", "Name"), max_length=200)
    name_en = CleanCharField(label=_("Name in English"), max_length=200, required=False)
    points = WholeNumberField(label=_("Most points"), min_value=1, max_value=1000)
    descriptors = _lines(_("Levels in words"), max_length=2000, help_text=_("One per line."))
    descriptors_en = _lines(_("Levels in words, in English"), max_length=2000)
    position = WholeNumberField(label=_("Place in the list"), min_value=0, max_value=500, initial=0)


PART_FIELDS: dict[str, type[forms.Form]] = {
    "documents": SlotFields,
    "rounds": RoundFields,
    "criteria": CriterionFields,
}


def part_form(part: str, *, changing: bool) -> type[forms.Form]:
    """The form that adds a part of this kind, or changes one."""
    mixin = VersionedFormMixin if changing else IdempotentFormMixin
    return type(f"{part.title()}Form", (PART_FIELDS[part], mixin), {})


# --- Competitions -------------------------------------------------------------------------------
class CompetitionWords(forms.Form):
    name = CleanCharField(label=pgettext_lazy("of a thing", "Name"), max_length=200)
    name_en = CleanCharField(label=_("Name in English"), max_length=200, required=False)
    partner = CleanCharField(
        label=_("Set by"),
        max_length=200,
        required=False,
        help_text=_("The enterprise or institute that sets the challenge, if there is one."),
    )
    summary = CleanCharField(label=_("Summary"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    summary_en = _lines(_("Summary in English"), max_length=500)
    theme = _lines(_("Theme"), max_length=2000)
    theme_en = _lines(_("Theme in English"), max_length=2000)
    requirements = _lines(_("What an entry needs"), max_length=2000, help_text=_("One per line."))
    requirements_en = _lines(_("What an entry needs, in English"), max_length=2000)
    prizes = _lines(_("Prizes"), max_length=2000, help_text=_("One per line."))
    prizes_en = _lines(_("Prizes in English"), max_length=2000)

    @property
    def words(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in Competition.FILLED_IN}


class Dates(forms.Form):
    opens_at = MomentField(label=_("Opens"))
    closes_at = MomentField(label=_("Deadline"))
    held_on = DateField(
        label=_("Day of the contest"),
        required=False,
        help_text=_("The months of work are counted back from it; without it, from the deadline."),
    )


class NewCompetitionForm(CompetitionWords, Dates, IdempotentFormMixin):
    code = forms.SlugField(label=_("Code"), max_length=40, help_text=_("Such as KHKT-2026: short, without accents."))
    rule_set = forms.ModelChoiceField(label=_("Rules"), queryset=None, empty_label=_("Choose the rules"))
    school_year = forms.ModelChoiceField(label=_("School year"), queryset=SchoolYear.objects.all())
    field_order = ("code", "name", "name_en", "rule_set", "school_year", "opens_at", "closes_at", "held_on")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        rules = self.fields["rule_set"]
        rules.queryset = rule_sets_to_use()
        rules.label_from_instance = lambda row: _("{name}, version {version}").format(
            name=row.local_name, version=row.version
        )

    @property
    def values(self) -> dict[str, Any]:
        names = ("code", "rule_set", "school_year", "opens_at", "closes_at", "held_on")
        return {name: self.cleaned_data[name] for name in names} | {"words": self.words}


class CompetitionForm(CompetitionWords, VersionedFormMixin):
    pass


class DatesForm(Dates, VersionedFormMixin):
    reason = CleanCharField(
        label=_("Reason"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Everybody who has entered reads it in the letter about the new dates."),
    )

    def __init__(self, *args, competition: Competition, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = competition.state != CompetitionState.DRAFT


class CloseForm(forms.Form):
    reason = CleanCharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Everybody who has entered reads it in the letter."),
    )
