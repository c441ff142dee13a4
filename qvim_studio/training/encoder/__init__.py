"""The training of the encoder and of the ears."""
