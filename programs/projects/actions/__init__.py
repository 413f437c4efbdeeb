"""The actions of the projects wing, one file per activity."""
