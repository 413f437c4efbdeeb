"""For administrators: what the roles mean, who holds them, and looking at the portal as somebody else."""
