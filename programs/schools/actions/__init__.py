"""The actions of the schools wing, one file per activity."""
