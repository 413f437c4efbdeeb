"""The back office's tables register here by importing the wings that define them."""

import importlib
from importlib.util import find_spec

from programs.tasks import WINGS

for _wing in WINGS:
    if _wing != "accounts" and find_spec(f"programs.{_wing}.admin"):
        importlib.import_module(f"programs.{_wing}.admin")
