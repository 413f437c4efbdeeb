"""What a reader asked for: the same value draws the page, opens the rows and names the file."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from programs.core.models import Term
from programs.participation.choices import ALL_TERMS, GroupBy


@dataclass(frozen=True)
class Filters:
    """``term`` is None for all terms; ``level`` may be ``NO_CLASS``; ``school`` is a school's code."""

    term: Term | None = None
    ward: int | None = None
    cluster: int | None = None
    level: str = ""
    school: str = ""
    former: str = ""  # the province before July 2025
    by: str = GroupBy.WARD

    def narrowing(self) -> dict:
        return {
            "ward": self.ward,
            "cluster": self.cluster,
            "level": self.level,
            "school": self.school,
            "former": self.former,
        }

    def query(self, **changes: object) -> str:
        """These filters as an address writes them, with ``changes``; an empty change takes a filter away."""
        asked = {"term": self.term.pk if self.term else ALL_TERMS, **self.narrowing()} | changes
        return urlencode({name: value for name, value in asked.items() if value})
