"""What a desk shows; each wing fills it in its own ``desk.py`` and the frame puts it together."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class DeskTask:
    """Something that waits for this person today. ``weight`` orders: the smaller, the more urgent."""

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
    """An entry of the desk's side navigation, with the number of things that wait behind it."""

    label: str | Promise
    url: str
    count: int = 0
    weight: int = 50


@dataclass(frozen=True)
class DeskItem:
    """A line of a section: what it is, what is said of it, where it leads; ``state`` with its words is a badge."""

    title: str | Promise
    detail: str | Promise = ""
    url: str = ""
    state: str = ""
    label: str | Promise = ""


@dataclass(frozen=True)
class DeskSection:
    """A part of a pupil's own page; ``empty`` is said instead when there is nothing yet. Weights order them."""

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
