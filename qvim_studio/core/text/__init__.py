"""Texts: names, JSON, files and words."""
