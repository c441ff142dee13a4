"""Texts of every kind: names, JSON, files and words."""
