"""Assembles and describes the starter checkpoint."""
