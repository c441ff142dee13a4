"""How a voice is heard, and how it becomes the condition of a generator."""
