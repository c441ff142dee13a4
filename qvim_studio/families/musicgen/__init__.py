"""MusicGen: music from words and, by MusicGen-Melody, from a melody that is sung or hummed."""
