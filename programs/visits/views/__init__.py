"""The pages of the visits wing: for everybody, for schools, for centres."""
