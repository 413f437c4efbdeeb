"""How long a registration may wait: numbers of the jurisdiction, with what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Waiting:
    """``authority``: in working days; ``claimant`` and ``expire``: in days since the registration was returned."""

    remind_authority_after: int = 3
    remind_authority_again: int = 5
    remind_claimant_after: int = 7
    remind_claimant_again: int = 7
    expire_after: int = 30

    @classmethod
    def from_settings(cls, jurisdiction: Mapping) -> Waiting:
        """From the jurisdiction's own file; a number that it does not name is the usual one."""
        said = jurisdiction.get("registration", {})
        return cls(**{each.name: int(said[each.name]) for each in fields(cls) if each.name in said})
