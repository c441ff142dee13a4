"""Everything that makes weights: corpus, synthetic imitations and one trainer per network."""
