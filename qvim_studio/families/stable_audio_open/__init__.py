"""Stable Audio Open 1.0: stereo at 44.1 kHz on a canvas of 47 s, steered by words and a start."""
