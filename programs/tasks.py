"""Background jobs register here by importing the wings that define them."""

import importlib
from importlib.util import find_spec

WINGS = ["core", "accounts", "notices", "schools", "curricula", "visits", "projects", "certificates", "reports"]

for _wing in WINGS:
    if find_spec(f"programs.{_wing}.tasks"):
        importlib.import_module(f"programs.{_wing}.tasks")
