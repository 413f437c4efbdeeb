"""Filters that narrow each other: every choice says how many results it leaves, and empty choices are not offered."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlencode


@dataclass(frozen=True)
class Row:
    """What a list's filters need of one page."""

    pk: int
    values: dict[str, frozenset[str]]

    def fits(self, chosen: dict[str, str], *, but: str = "") -> bool:
        return all(value in self.values.get(name, ()) for name, value in chosen.items() if name != but)


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    count: int
    selected: bool


@dataclass(frozen=True)
class Facet:
    name: str
    label: str
    any_label: str
    options: list[Option]


@dataclass(frozen=True)
class Question:
    """One filter of a list: its name in the address, its label, and every value with its words, in order."""

    name: str
    label: str
    any_label: str
    labels: dict[str, str]


@dataclass(frozen=True)
class Narrowed:
    pks: list[int]
    facets: list[Facet]
    chosen: dict[str, str] = field(default_factory=dict)

    @property
    def querystring(self) -> str:
        return urlencode(self.chosen)


def narrow(rows: list[Row], questions: list[Question], asked: dict[str, str]) -> Narrowed:
    """The rows that fit, in their order; values that no question knows are left aside."""
    chosen = {q.name: asked[q.name] for q in questions if asked.get(q.name) in q.labels}
    facets = [_facet(question, rows, chosen) for question in questions]
    return Narrowed([row.pk for row in rows if row.fits(chosen)], facets, chosen)


def _facet(question: Question, rows: list[Row], chosen: dict[str, str]) -> Facet:
    others = [row for row in rows if row.fits(chosen, but=question.name)]
    counts = Counter(value for row in others for value in row.values.get(question.name, ()))
    selected = chosen.get(question.name)
    options = [
        Option(value, str(label), counts[value], value == selected)
        for value, label in question.labels.items()
        if counts[value] or value == selected
    ]
    return Facet(question.name, question.label, question.any_label, options)
