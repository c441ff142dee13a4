"""Sounds that follow a voice: its loudness, pitch, brightness and timing."""
