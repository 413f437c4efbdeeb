"""For administrators: what the roles mean, who holds them, and viewing the portal as someone else."""
