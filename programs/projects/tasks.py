"""What the projects wing does when something happens in another wing registers by being imported here."""

from programs.projects.actions import closing  # noqa: F401
