"""Measures the studio's speed: the window's answers, searching, making and exporting."""
