"""Child processes of the window's process, and the one protocol that they speak."""
