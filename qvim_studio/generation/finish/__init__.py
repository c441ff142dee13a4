"""Finishes made sounds: highs, endings, flaws and level."""
