"""Background jobs, personal data and retention rules register here by importing the wings that define them."""

import importlib
from importlib.util import find_spec

WINGS = ["core", "accounts", "notices", "schools", "curricula", "visits", "projects", "certificates", "reports"]

ROOMS = ["tasks", "personal", "retention"]

for _wing in WINGS:
    for _room in ROOMS:
        if find_spec(f"programs.{_wing}.{_room}"):
            importlib.import_module(f"programs.{_wing}.{_room}")
