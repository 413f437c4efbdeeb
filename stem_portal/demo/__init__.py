"""The demonstration province: realistic, in every state, dated from today, the same for the same seed."""
