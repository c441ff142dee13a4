"""Writes files for other programs: clips with their recipes, sample packs, metadata."""
