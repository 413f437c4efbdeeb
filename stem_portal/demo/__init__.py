"""The demonstration province: believable, in every state, dated from today, the same for the same seed."""
