"""Plain torch networks, their front ends and the reading of weights."""
