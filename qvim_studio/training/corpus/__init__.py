"""The sounds and imitations that are learned from."""
