"""The desk: what every wing has for this person today, combined."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from types import ModuleType

from django.apps import apps
from django.utils.module_loading import module_has_submodule

from programs.accounts.models import User
from programs.core.desk import DeskLink, DeskSection, DeskStat, DeskTable, DeskTask

ROOMS: list[ModuleType] = [
    importlib.import_module(f"{app.name}.desk")
    for app in apps.get_app_configs()
    if app.name.startswith("programs.") and module_has_submodule(app.module, "desk")
] + [importlib.import_module("stem_portal.administration.desk")]


@dataclass(frozen=True)
class OwnPage:
    """What a pupil's own page shows: what waits, and a section of every wing that has one."""

    tasks: list[DeskTask]
    sections: list[DeskSection]


@dataclass(frozen=True)
class Desk:
    tasks: list[DeskTask]
    stats: list[DeskStat]
    tables: list[DeskTable]
    sections: list[DeskSection]


def desk_of(user: User) -> Desk:
    return Desk(
        tasks=sorted(_gather("tasks", user), key=lambda task: task.weight),
        stats=_gather("stats", user),
        tables=sorted((table for table in _gather("tables", user) if table.rows), key=lambda table: table.weight),
        sections=sorted(_gather("sections", user), key=lambda section: section.weight),
    )


def own_page_of(user: User) -> OwnPage:
    return OwnPage(
        tasks=sorted(_gather("tasks", user), key=lambda task: task.weight),
        sections=sorted(_gather("sections", user), key=lambda section: section.weight),
    )


def links_of(user: User) -> list[DeskLink]:
    """The side navigation of the desk; empty for a stranger."""
    return sorted(_gather("links", user), key=lambda link: link.weight) if user.is_authenticated else []


def _gather(what: str, user: User) -> list:
    """What each wing offers under this name; a wing offers only what it has."""
    return [item for room in ROOMS if hasattr(room, what) for item in getattr(room, what)(user)]
