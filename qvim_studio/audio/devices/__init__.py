"""Microphones and loudspeakers, recording and playing."""
