"""The verbs of the projects wing, one file per activity."""
