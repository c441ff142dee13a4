"""The dialogs for settings and shortcuts."""
