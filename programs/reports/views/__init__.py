"""Pages of the reports wing: participation as it is now, and reports as they were frozen."""
