"""Children of the window's process: one protocol for what they are asked and what they answer."""
