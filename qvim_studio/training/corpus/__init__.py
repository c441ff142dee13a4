"""The sounds and imitations for training."""
