"""The state of the window without its widgets: takes, history, requests, settings, undo."""
