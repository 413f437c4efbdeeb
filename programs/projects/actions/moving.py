"""The only code that changes the state of a project, and who else acts when it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from programs.projects.models import Project

# Later wings add ``act(project, before=state)``: called in the transaction of the move, under the project's lock.
WHEN_MOVED: list[Callable[..., None]] = []

# Later wings add ``act(project)``: called in the transaction in which a project begins.
WHEN_BEGUN: list[Callable[[Project], None]] = []


def move(*, project: Project, to: str, **values: Any) -> None:
    """To the state ``to``, with other columns. The caller must hold the lock of the project."""
    before = project.state
    for name, value in {"state": to, **values}.items():
        setattr(project, name, value)
    project.save(update_fields=["state", *values, "updated_at"])
    for act in WHEN_MOVED:
        act(project, before=before)
