"""The training of all weights: corpus, synthetic imitations and one trainer per network."""
