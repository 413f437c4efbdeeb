"""The floor: bare Django views that do the least work of a case, on tables of their own, without any middleware."""
