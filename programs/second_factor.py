"""Who must have a second factor: registers by importing the wings that say so, in ``policy.py``.

A wing that was not rewritten yet says so in ``second_factor.py``.
"""

import importlib
from importlib.util import find_spec

from programs.tasks import WINGS

for _wing in WINGS:
    for _room in ("policy", "second_factor"):
        if _wing != "accounts" and find_spec(f"programs.{_wing}.{_room}"):
            importlib.import_module(f"programs.{_wing}.{_room}")
