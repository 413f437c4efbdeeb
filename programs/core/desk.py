"""What a desk shows; each wing fills it in its own ``desk.py`` and the frame puts it together."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class DeskTask:
    """A task waiting for this person today. The smaller the ``weight``, the more urgent."""

    title: str | Promise
    detail: str | Promise
    url: str
    action: str | Promise
    weight: int = 50


@dataclass(frozen=True)
class DeskStat:
    """A figure that opens to its rows at ``url``."""

    value: int | str
    label: str | Promise
    url: str = ""


@dataclass(frozen=True)
class DeskLink:
    """An entry in the desk's side navigation, with the number of waiting tasks."""

    label: str | Promise
    url: str
    count: int = 0
    weight: int = 50


@dataclass(frozen=True)
class DeskItem:
    """A line of a section: title, detail and link; ``state`` and its label form a badge."""

    title: str | Promise
    detail: str | Promise = ""
    url: str = ""
    state: str = ""
    label: str | Promise = ""


@dataclass(frozen=True)
class DeskSection:
    """A section of a pupil's own page; shows ``empty`` when there is nothing yet. Ordered by weight."""

    title: str | Promise
    icon: str
    items: list[DeskItem]
    empty: str | Promise
    url: str = ""
    action: str | Promise = ""
    weight: int = 50


@dataclass(frozen=True)
class DeskTable:
    """A short list on the desk: rendered by ``template`` with ``rows``."""

    template: str
    rows: list
    weight: int = 50
