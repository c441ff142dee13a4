"""MusicGen: music from words and, with MusicGen-Melody, from a sung or hummed melody."""
