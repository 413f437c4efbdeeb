"""Who must have a second factor: registers by importing the wings that say so."""

import importlib
from importlib.util import find_spec

from programs.tasks import WINGS

for _wing in WINGS:
    if _wing != "accounts" and find_spec(f"programs.{_wing}.second_factor"):
        importlib.import_module(f"programs.{_wing}.second_factor")
