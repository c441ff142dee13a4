"""Keeps the user's sounds: lists them and finds similar ones."""
