"""The run of a request: load, embed, start, make, follow, finish and rank."""
