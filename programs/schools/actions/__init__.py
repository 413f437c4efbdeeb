"""The verbs of the schools wing, one file per activity."""
