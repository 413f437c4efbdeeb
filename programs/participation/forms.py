"""What is asked of the figures."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.core.forms import CleanCharField, CleanFormMixin
from programs.core.idempotency import IdempotentFormMixin
from programs.core.models import Term
from programs.participation.choices import ALL_TERMS, NO_CLASS, Activity, GroupBy, Show
from programs.participation.queries import Filters
from programs.participation.rules import LEVELS, SchoolFacts
from programs.participation.words import NO_CLASS_LABEL, former_label

_OUTSIDE = {"invalid_choice": _("This is not within your area. The figures below are for your own area.")}


def _choice(label: str) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, error_messages=_OUTSIDE)


class ParticipationForm(CleanFormMixin, forms.Form):
    """What an address may ask for. Choices are the reader's own scope, so nothing outside it can be asked."""

    term = _choice(_("Term"))
    ward = _choice(_("Ward"))
    cluster = _choice(_("Professional cluster"))
    level = _choice(_("Level"))
    former = _choice(_("Province before July 2025"))
    school = CleanCharField(required=False, max_length=20)
    by = forms.ChoiceField(required=False, choices=GroupBy)
    show = forms.ChoiceField(required=False, choices=Show)
    activity = forms.ChoiceField(required=False, choices=Activity)

    def __init__(
        self, data: dict, *, terms: Sequence[Term], schools: Sequence[SchoolFacts], by: str = GroupBy.WARD
    ) -> None:
        # A page that is told nothing shows the current term, and all of them when it compares terms.
        usual = ALL_TERMS if (data.get("by") or by) == GroupBy.TERM else str(terms[0].pk) if terms else ALL_TERMS
        super().__init__({"by": by, "term": usual} | {name: value for name, value in data.items() if value})
        self._terms = {str(term.pk): term for term in terms}
        self._codes = {school.code for school in schools}
        self.fields["term"].choices = [
            *((pk, str(term)) for pk, term in self._terms.items()),
            (ALL_TERMS, _("All terms")),
        ]
        self.fields["ward"].choices = [("", _("All wards")), *_distinct((each.ward_id, each.ward) for each in schools)]
        clusters = sorted({(each.cluster, each.cluster_id) for each in schools if each.cluster_id})
        self.fields["cluster"].choices = [("", _("All clusters")), *((str(pk), name) for name, pk in clusters)]
        self.fields["former"].choices = [
            ("", _("All")),
            *((name, former_label(name)) for name in sorted({each.former for each in schools if each.former})),
        ]
        self.fields["level"].choices = [
            ("", _("All levels")),
            *((level.value, level.label) for level in LEVELS),
            (NO_CLASS, NO_CLASS_LABEL),
        ]

    def clean_school(self) -> str:
        code = self.cleaned_data["school"]
        if code and code not in self._codes:
            raise forms.ValidationError(_OUTSIDE["invalid_choice"], code="invalid_choice")
        return code

    @property
    def filters(self) -> Filters:
        """What was asked; what lies outside the scope is left out, so the scope itself remains."""
        self.is_valid()
        asked = self.cleaned_data
        # A term that does not exist falls back to the current one, not to all of them.
        latest = next(iter(self._terms.values()), None)
        return Filters(
            term=self._terms.get(asked["term"]) if "term" in asked else latest,
            ward=_number(asked.get("ward")),
            cluster=_number(asked.get("cluster")),
            level=asked.get("level", ""),
            school=asked.get("school", ""),
            former=asked.get("former", ""),
            by=asked.get("by") or GroupBy.WARD,
        )

    @property
    def selects(self) -> list[forms.BoundField]:
        """The fields to show; one that offers nothing to choose stays away."""
        return [
            self[name] for name in ("term", "ward", "cluster", "level", "former") if len(self.fields[name].choices) > 2
        ]


class RemindForm(CleanFormMixin, IdempotentFormMixin):
    words = CleanCharField(
        label=_("Your own words"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("They stand in the letter above the rest, for example whom to call."),
    )


def _distinct(pairs) -> list[tuple[str, str]]:
    return [(str(key), label) for key, label in dict(pairs).items()]


def _number(value: str | None) -> int | None:
    return int(value) if value else None
