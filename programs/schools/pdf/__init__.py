"""The schools wing on paper: prepared data in, the bytes of one PDF out."""
