"""The process that listens to sounds, and what it finds."""
