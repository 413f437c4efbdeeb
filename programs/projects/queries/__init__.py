"""What the projects wing reads, one file per activity."""
