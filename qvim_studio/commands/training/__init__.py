"""The commands that train: parts of the starter, encoders, and whole checkpoints on pairs."""
