"""The main window, its keys, its messages and what it remembers."""
