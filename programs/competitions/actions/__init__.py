"""The actions of the competitions wing, one file per activity."""
