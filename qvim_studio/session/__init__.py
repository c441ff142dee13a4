"""What the window knows without widgets: takes, history, requests, settings, undo."""
