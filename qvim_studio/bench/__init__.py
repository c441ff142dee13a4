"""Measures what the studio promises: the window's answers, finding, making and exporting."""
