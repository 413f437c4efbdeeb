"""The pages of the projects wing, one file per activity."""
