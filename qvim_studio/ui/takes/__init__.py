"""Widgets for recording a take and choosing a part of it."""
