"""The verbs of the visits wing, one file per activity."""
