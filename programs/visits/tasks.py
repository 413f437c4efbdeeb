"""What the visits wing does when something happens in another wing registers by being imported here."""

from programs.visits.actions import closing  # noqa: F401
