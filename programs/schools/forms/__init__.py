"""The shape of what is typed, one file per activity."""
