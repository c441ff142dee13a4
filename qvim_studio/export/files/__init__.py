"""Writes single clips as files that describe themselves."""
