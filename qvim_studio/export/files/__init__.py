"""Single clips as files, with everything that they say about themselves."""
