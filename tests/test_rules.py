"""A rule takes what was read and says whether it may happen now: it never asks the database.

Each wing with rules has ``tests/<wing>/rules.py: calls()``, which reads its objects as an action does and gives each
rule with arguments; every public function of ``programs/<wing>/rules`` must be among them.
"""

from __future__ import annotations

import pytest
from django.conf import settings

pytestmark = pytest.mark.django_db
WINGS = sorted(path.parent.name for path in (settings.BASE_DIR / "programs").glob("*/rules*"))
