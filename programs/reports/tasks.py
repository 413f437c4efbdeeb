"""What the reports wing does for another registers by being imported here."""

from programs.reports import hooks_reviews  # noqa: F401
