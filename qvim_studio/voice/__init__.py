"""Embeds voices and turns them into conditions of a generator."""
