"""Background jobs register here by importing the wings that define them."""
