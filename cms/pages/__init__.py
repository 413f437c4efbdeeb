"""Page types, one file for each section of the site."""
