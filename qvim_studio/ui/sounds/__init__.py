"""Lists of clips: the history and the user's own sounds."""
