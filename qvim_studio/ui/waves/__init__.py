"""Waveforms and their time axis."""
