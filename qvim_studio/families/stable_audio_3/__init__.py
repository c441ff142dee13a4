"""Stable Audio 3: stereo at 44.1 kHz in eight steps, and the imitation is what they start from."""
