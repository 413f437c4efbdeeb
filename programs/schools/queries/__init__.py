"""Every read of the schools wing; first of all, who sees what."""
