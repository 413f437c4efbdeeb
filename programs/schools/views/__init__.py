"""Pages of the schools wing: for everybody, for officers, for a school's own staff."""
