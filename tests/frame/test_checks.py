"""The house's own system checks."""

from programs.accounts.models import User
from programs.core.checks import every_table_declares_its_personal_data


def test_every_table_is_declared():
    assert every_table_declares_its_personal_data(None) == []


def test_a_table_that_says_nothing_or_both_stops_the_start(monkeypatch):
    monkeypatch.setattr(User, "NO_PII", True, raising=False)
    (error,) = every_table_declares_its_personal_data(None)
    assert error.id == "programs.E001" and "accounts.User" in error.msg
