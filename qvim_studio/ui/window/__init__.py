"""The main window, its keys, its messages and its remembered state."""
