"""Stable Audio Open 1.0: stereo at 44.1 kHz, up to 47 s, from words and a starting sound."""
