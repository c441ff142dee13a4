"""Stable Audio 3: stereo at 44.1 kHz in eight steps, which start from the imitation."""
