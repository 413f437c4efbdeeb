"""Figures of the portal under load, each beside a floor measured in the same run. See README.md."""
