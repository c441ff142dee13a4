"""The settings and the shortcuts."""
